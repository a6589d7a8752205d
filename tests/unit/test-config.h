/* gst-edge-video
 * Copyright (C) 2026 the gst-edge-video authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parts of config files. */

#pragma once

#define AMQP "amqp: { amqp_url: \"amqp://localhost\" }\n"
#define NONE "cameras: []\n"
#define CAM(rest) "cameras:\n  - { id: cam1, url: \"rtsp://h/1\"" rest " }\n"
#define SECRET "tops3cret"

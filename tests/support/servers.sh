# gst-edge-video
# Copyright (C) 2026 the gst-edge-video authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Private RabbitMQ and Redis servers for bash scripts: to be sourced.
#
#   . tests/support/servers.sh
#   trap servers_stop EXIT
#   servers_start [--only redis|rabbitmq] [--persist]
#   … "$EDGE_AMQP_URI" "$EDGE_REDIS_URI" "$EDGE_RABBITMQCTL" status …
#   "$EDGE_SERVERS" freeze redis        # see servers.py for what there is
#
# Whatever becomes of the script, also after kill -9, its servers end with it: the
# supervisor watches the process. The trap makes the script wait for that.
# shellcheck shell=bash

_servers_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
_servers_pid=

# Starts the servers, waits until they are ready and exports the EDGE_ variables.
servers_start() {
  local fifo_dir word rest

  fifo_dir=$(mktemp -d)
  mkfifo "$fifo_dir/answer"
  "$_servers_here/server_supervisor.py" --owner "$$" "$@" \
    >"$fifo_dir/answer" </dev/null &
  _servers_pid=$!
  # fails with empty words if the supervisor ends without an answer
  read -r word rest <"$fifo_dir/answer" || true
  rm -r "$fifo_dir"
  if [[ $word != ready ]]; then
    wait "$_servers_pid" || true
    _servers_pid=
    echo "servers: ${rest:-the supervisor ended}" >&2
    return 1
  fi
  # shellcheck source=/dev/null
  . "$rest/env"
}

# Ends the servers and waits for that; the status of the script is kept.
servers_stop() {
  local status=$?

  if [[ -n $_servers_pid ]]; then
    "$_servers_here/servers.py" quit || kill "$_servers_pid" 2>/dev/null || true
    wait "$_servers_pid" || true
    _servers_pid=
  fi
  return "$status"
}

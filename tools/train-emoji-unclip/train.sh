#!/bin/bash
# Training in the background that yields to everything else.
#
#   train.sh start [COMMAND ARGS...]   starts COMMAND (by default $TRAIN_HOME/plan.sh, else the plan.sh beside this) at idle priority, unless it runs already
#   train.sh stop                      ends it in good order: trainers write their states first
#   train.sh status                    what it does, which states there are
#   train.sh quiet CMD ARGS...         stands still while CMD runs, and goes on afterwards, however CMD or this script ends
#
# $TRAIN_HOME (the folder above this script's by default) holds work/, state/ and run/.  Several may be quiet at once;
# training goes on when the last one is through: each holds a shared lock, and a warden waits for the exclusive one.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${TRAIN_HOME:-$(dirname "$here")}
run=$home/run lock=$home/run/quiet.lock
mkdir -p "$run" "$home/state"

began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; } # when a process began: tells a used-up pid from its successor
group() { # the process group of the training, if it is there
  local pid since
  read -r pid since 2>/dev/null < "$run/pid" || return 1
  [ -n "$since" ] && [ "$(began "$pid")" = "$since" ] && echo "$pid"
}

case ${1:-} in
start)
  shift
  if [ $# -eq 0 ]; then
    [ -e "$home/plan.sh" ] && set -- "$home/plan.sh" || set -- "$here/plan.sh"
  fi
  exec 7>>"$run/start.lock"
  flock 7
  if pid=$(group); then
    echo "Training is running already (process group $pid)"
    exit 0
  fi
  # the exclusive lock is to be had when nobody is quiet; until then the new group waits
  setsid bash -c '
    echo 19 > /proc/$$/autogroup 2>/dev/null
    flock -x "$1" true
    shift
    exec chrt -i 0 "$@"' train "$lock" "$@" >> "$run/train.log" 2>&1 < /dev/null 7>&- &
  pid=$!
  echo "$pid $(began "$pid")" > "$run/pid"
  echo "Training started (process group $pid); messages in $run/train.log"
  ;;
stop)
  pid=$(group) || { echo 'Training is not running'; exit 0; }
  kill -TERM -- "-$pid"
  echo 0 > "/proc/$pid/autogroup" 2>/dev/null
  for p in $(ps -o pid= -g "$pid"); do chrt -a -o -p 0 "$p" 2>/dev/null; done # writing the states takes seconds, at idle priority perhaps minutes
  kill -CONT -- "-$pid"
  for _ in $(seq 600); do
    kill -0 -- "-$pid" 2>/dev/null || break
    sleep 0.2
  done
  kill -KILL -- "-$pid" 2>/dev/null && echo 'It did not end within two minutes and was killed'
  rm -f "$run/pid"
  echo 'Training stopped'
  ;;
status)
  if pid=$(group); then
    case $(sed 's/.*) //' "/proc/$pid/stat" | cut -c1) in
      T) echo "Training stands still while something else is quiet (process group $pid)" ;;
      *) echo "Training runs (process group $pid)" ;;
    esac
    ps -o pid,cls,stat,time,args --no-headers -g "$pid" | cut -c1-150
  else
    echo 'Training is not running'
  fi
  for f in "$home"/state/*_state.json; do
    [ -e "$f" ] && echo "$(basename "$f" _state.json): $(tr -d '\n' < "$f" | sed 's/ "arguments".*//')"
  done
  ;;
quiet)
  shift
  [ $# -gt 0 ] || { echo 'usage: train.sh quiet CMD ARGS...' >&2; exit 2; }
  exec 9>>"$lock"
  flock -s 9
  if pid=$(group); then
    kill -STOP -- "-$pid"
    setsid bash -c 'flock -x "$2" kill -CONT -- "-$1"' warden "$pid" "$lock" > /dev/null 2>&1 < /dev/null 9>&- &
  fi
  "$@" 9>&-
  exit
  ;;
*)
  sed -n '2,/^set/p' "${BASH_SOURCE[0]}" | sed -n 's/^# \{0,1\}//p'
  exit 2
  ;;
esac

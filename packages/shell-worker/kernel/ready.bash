# Last step of a kernel's start: exit trap, signal traps, control descriptor, greeting.
#
# Sourced with: <pipe for answers> <pipe of calls> <kind of greeting> <exit trap> <signals the user has traps for>
#
# The exit trap is how a kernel survives `exit`, errexit and signals: it asks the driver (exit.bash), whose
# answer saves the state and replaces the process' program by a fresh bash. The signals get an `exit`
# because an exit trap alone is not told which signal ended the shell, and it is not traced (`set -x`): the options
# as they were are in __holdfast_e. trap-shim.bash hides all of them.

# Bash keeps its script below 256, and the kernel's own are beside it. A lower limit can not be worked with: say
# so, instead of losing the output of every command. Read from a table of fixed columns: `ulimit` takes a fork.
builtin mapfile -t -s 8 -n 1 __holdfast_ 2>/dev/null </proc/$$/limits
if [[ $__holdfast_ == 'Max open files'* && ${__holdfast_:26:9} != unlimited ]] &&
  ((${__holdfast_:26:20} < 300)) && ! builtin ulimit -Sn 300 2>/dev/null; then
  builtin printf 'bash needs a limit of 300 open files or more; the hard limit is %s (ulimit -Hn)\n' "$((${__holdfast_:47:20}))" >&2
  builtin exit 1
fi
builtin trap -- "$4" EXIT
for __holdfast_ in HUP:129 INT:130 USR1:138 USR2:140 PIPE:141 ALRM:142 TERM:143; do
  [[ " $5 " == *" ${__holdfast_%:*} "* ]] ||
    builtin trap -- "{ __holdfast_e=\${__holdfast_e-\$-};builtin set +x;} 2>/dev/null;\builtin exit ${__holdfast_#*:}" "${__holdfast_%:*}"
done
# Descriptors 251 for answers, 252 for /dev/null and 253 for calls save opening a path each time. Bash marks only
# the copies that it saves itself as close-on-exec, and passes the mark on to their duplicates: so take
# duplicates of such copies, and no program the user starts has them. What was inherited under these numbers
# goes, and so does 254, which kept the script's pipe open.
exec 251>&- 252>&- 253>&- 254>&-
{
  exec 250>"$1" && { for __holdfast_ in {10..40}; do
    [[ /dev/fd/$__holdfast_ -ef $1 ]] && { exec 251>&"$__holdfast_"; builtin break; }
  done; } 250>&-
  exec 250>/dev/null && { for __holdfast_ in {10..40}; do
    [[ /dev/fd/$__holdfast_ -ef /dev/null ]] && { exec 252>&"$__holdfast_"; builtin break; }
  done; } 250>&-
  exec 250<"$2" && { for __holdfast_ in {10..40}; do
    [[ /dev/fd/$__holdfast_ -ef $2 ]] && { exec 253<&"$__holdfast_"; builtin break; }
  done; } 250<&-
  exec 250>&-
} 2>/dev/null
builtin unset "${!__holdfast_@}"
builtin printf '%s\0' "$3" "$$" "$BASH_VERSION" . >"$1"

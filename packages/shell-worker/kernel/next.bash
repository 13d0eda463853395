# The line that waits in the script runs this: takes a text from the driver, and leaves it in __holdfast_.
#
# Sourced with: <pipe of calls> <pipe for answers>. Where the fast loop was not left by the driver (__holdfast_
# holds its block then), the user's code has thrown the shell back here, and the driver is told.
[[ ${__holdfast_-} == *'break 2 '* ]] || builtin printf '%s\0' s . >"$2"
# From here on a command is on its way that has not begun (see exit.bash): __holdfast_q is set until it does.
builtin read "-r${TMOUT:+t9999}" -N8 __holdfast_q <"$1" || builtin kill -9 0
builtin read "-r${TMOUT:+t9999}" -N"$__holdfast_q" __holdfast_ <"$1" || builtin kill -9 0

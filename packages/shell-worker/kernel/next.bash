# The line that waits in the script runs this: takes a text from the driver, and leaves it in __holdfast_.
#
# Sourced with: <pipe of calls> <pipe for answers>. Where the fast loop was not left by the driver (__holdfast_
# holds its block then), the user's code has thrown the shell back here, and the driver is told.
[[ ${__holdfast_-} == *'break 2 '* ]] || builtin printf '%s\0' s . >"$2"
builtin read -rN8 __holdfast_ <"$1" || builtin kill -9 0
builtin read -rN"$__holdfast_" __holdfast_ <"$1" || builtin kill -9 0

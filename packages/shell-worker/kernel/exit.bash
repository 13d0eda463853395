# Runs in the exit trap: asks the driver what to do; its answer, shell text, is left in __holdfast_.
#
# Sourced with: <pipe for answers> <pipe of calls>. __holdfast_=(status, options); __holdfast_x is the user's
# own exit trap. Where the host is gone, the process group ends at once.
[[ -p $1 && -p $2 ]] || builtin kill -9 0
# A signal may have come in the middle of an answer: `!` ends what was begun. In the middle of a command's report, the
# user's options are off already: __holdfast_o has them.
builtin printf '%s\0' '' '!' . x "${__holdfast_o-${__holdfast_[1]}}" "${__holdfast_[0]}" "${__holdfast_x+:$__holdfast_x}" . >"$1" ||
  builtin kill -9 0
# What was sent before, and not read yet, is for the shell that ends: it is dropped up to the mark. The answer
# has a fixed size, so that neither IFS nor the locale matters, and its own limit, so that TMOUT does not.
builtin read "-r${TMOUT:+t9999}" -d $'\2' __holdfast_ <"$2" || builtin kill -9 0
# All of a command is read before it begins: this one, interrupted between two commands, never did.
[[ -z $__holdfast_ ]] || __holdfast_q=1
builtin read "-r${TMOUT:+t9999}" -N3072 __holdfast_ <"$2" || builtin kill -9 0
builtin unset __holdfast_x

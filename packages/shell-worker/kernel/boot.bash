# First step of a kernel's start: leaves the folder its script was opened from.
#
# Sourced with: <folder to work in> <1: nothing will be restored>.
# Nothing here may stay visible: no function, no variable, no option.
exec 9<&-
builtin cd -- "$1" 2>/dev/null || builtin cd / 2>/dev/null
if [[ $2 == 1 ]]; then
  # What an ordinary bash has before its first cd.
  builtin unset OLDPWD
  builtin export OLDPWD
fi

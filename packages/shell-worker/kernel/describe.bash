# Sourced with: <pipe for answers>.
#
# Running and stopped jobs only: to list a finished one here would be to tell the user of it. Nothing else
# disturbs the shell, so no subshell is needed (which would not know of the jobs).
{
  builtin printf 'd\0:'
  builtin declare -p
  builtin printf '\0:'
  builtin declare -F
  builtin printf '\0:'
  builtin alias -p
  builtin printf '\0:'
  builtin jobs -rl
  builtin jobs -sl
  builtin printf '\0:%s\0.\0' "$PWD"
} >"$1" 2>/dev/null

# bash completion of boxmeter
_boxmeter() {
  local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]} words word skipped candidate
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word=${words[-1]}
  # bash takes what stands behind ':' and '=' for a word of its own.
  [[ $current == [:=] ]] && current=
  skipped=${word%"$current"}
  words=("${words[@]/#~\//$HOME/}")
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    if [[ $candidate == :files ]]; then
      compopt -o default
    else
      COMPREPLY+=("${candidate#"$skipped"}")
    fi
  done < <("${words[0]}" completion words -- "${words[@]:1}" 2>/dev/null)
}
complete -F _boxmeter boxmeter

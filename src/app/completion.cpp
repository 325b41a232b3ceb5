#include <iostream>

#include "app/candidates.h"
#include "app/command_line.h"

// `boxmeter completion`: prints the script for a shell.  The scripts know no commands and options:
// for each Tab they run `boxmeter completion words`.
namespace boxmeter {
namespace {

constexpr const char* kBash = R"(# bash completion of boxmeter
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
)";

constexpr const char* kZsh = R"(#compdef boxmeter
_boxmeter() {
  local line files
  local -a typed lines found
  typed=("${(@)${(@Q)words[1,CURRENT]}/#\~\//$HOME/}")
  lines=("${(@f)$("${typed[1]}" completion words -- "${(@)typed[2,-1]}" 2>/dev/null)}")
  for line in $lines; do
    if [[ $line == :files ]]; then
      files=1
    elif [[ $line == *$'\t'* ]]; then
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      found+=("${line//:/\\:}")
    fi
  done
  (( $#found )) && _describe boxmeter found
  if [[ -n $files ]]; then
    compset -P '--*='
    _files
  fi
}
if [[ $funcstack[1] == _boxmeter ]]; then
  _boxmeter
else
  compdef _boxmeter boxmeter
fi
)";

constexpr const char* kFish = R"(# fish completion of boxmeter
function __boxmeter_words
    set -l before (commandline -opc | string replace -r '^~/' "$HOME/")
    set -l current (commandline -ct)
    for line in ($before[1] completion words -- $before[2..-1] "$current" 2>/dev/null)
        if test "$line" = :files
            set -l option (string match -r '^--[^=]+=' -- "$current")
            for path in (complete -C "'' "(string replace -- "$option" '' "$current"))
                echo "$option$path"
            end
        else
            echo $line
        end
    end
end
complete -c boxmeter -f -a '(__boxmeter_words)'
)";

template <const char* const& Script>
Prepared prepare_script(const Program&) {
  return {.syntax = {.about = "Prints the completions of boxmeter for this shell."},
          .run = [](const Words&) {
            std::cout << Script;
            return 0;
          }};
}

Prepared prepare_words(const Program& program) {
  return {.syntax = {.about = "Prints what may follow on a command line, a word and what it is in "
                              "each line; ':files' stands for files. The completions ask it.",
                     .words = "[WORD ...]",
                     .most_words = kAnyNumber},
          .run = [program](const Words& words) {
            for (const Candidate& candidate : candidates(program, words))
              std::cout << candidate.word << (candidate.help.empty() ? "" : "\t") << candidate.help
                        << "\n";
            return 0;
          }};
}

constexpr Command kShells[] = {
    {"bash", "for bash: source it", &prepare_script<kBash>},
    {"fish", "for fish: source it", &prepare_script<kFish>},
    {"zsh", "for zsh: source it, or call it _boxmeter in a folder of fpath", &prepare_script<kZsh>},
    {"words", "what the completions ask: the words that may follow", &prepare_words},
};

}  // namespace

Prepared prepare_completion(const Program&) {
  return {.syntax = {.about = "Prints what a shell needs to complete boxmeter's command lines: "
                              "source <(boxmeter completion bash)."},
          .run = [](const Words&) -> int {
            throw Error(ErrorKind::config, "name a shell: boxmeter completion bash, fish or zsh");
          },
          .commands = kShells};
}

}  // namespace boxmeter

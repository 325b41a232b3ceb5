# fish completion of boxmeter
function __boxmeter_words
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (boxmeter completion words -- $before[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path "$current"
    else if test (count $lines) -gt 0
        printf '%s\n' $lines
    end
end
complete -c boxmeter -f -a '(__boxmeter_words)'

# fish completion of boxmeter
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

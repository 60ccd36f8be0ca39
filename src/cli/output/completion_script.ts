/**
 * The scripts that connect a shell's completion to the program.
 *
 * They know nothing of the commands: at every TAB they ask `orchestrator completions candidates`,
 * which answers from the command table and from the project, so that a script never is out of date.
 * They keep quiet where the program is missing or fails.
 * @module
 */

/** Shells with a script. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** The script for a shell. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/** The text as it stands, with `$\\{` for a dollar and a brace, and an escaped backtick. */
function script(text: TemplateStringsArray): string {
  return String.raw(text).replaceAll("$\\{", "${").replaceAll("\\`", "`");
}

/** Also for the bash 3.2 of macOS: no `mapfile`, no `compopt` taken for granted. */
const BASH = script`# bash completion for orchestrator
# Load it with:  eval "$(orchestrator completions bash)"

_orchestrator() {
    local program=$1 rest=$COMP_LINE trimmed part line value i
    local current="" kind=none before=""
    local -a words
    words=()

    # Bash takes "--name=value" and "@file" apart; what stands without a space between is one word.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        part=$\{COMP_WORDS[i]}
        trimmed=$\{rest#"$\{rest%%[![:space:]]*}"}
        if ((i > 0)) && [[ $trimmed == "$rest" ]]; then
            words[$\{#words[@]} - 1]+=$part
        else
            words+=("$part")
        fi
        rest=$\{trimmed#"$part"}
    done
    (($\{#words[@]} > 1)) || return 0
    i=$(($\{#words[@]} - 1))
    current=$\{words[i]}
    unset "words[i]" "words[0]"

    COMPREPLY=()
    [[ $program == \~/* ]] && program=$HOME/$\{program#*/}
    while IFS= read -r line; do
        if [[ $line == :* ]]; then
            kind=$\{line#:}
            [[ $kind == *" "* ]] && before=$\{kind#* }
            kind=$\{kind%% *}
            continue
        fi
        value=$\{line%%$'\t'*}
        case $current in
            [\"\']*) ;;
            *) printf -v value %q "$value" ;;
        esac
        COMPREPLY+=("$value")
    done < <("$program" completions candidates --shell bash "--current=$current" \
        -- $\{words[@]+"$\{words[@]}"} 2>/dev/null)

    if [[ $kind != none ]]; then
        value=$\{current#[\"\']}
        value=$\{value//\\/}
        value=$\{value#"$before"}
        [[ $kind == file ]] && kind=-f || kind=-d
        while IFS= read -r line; do
            # Of a word that is no path as a whole, bash knows neither how to quote nor how to go on.
            if [[ -n $before ]]; then
                [[ -d $line ]] && line+=/ && compopt -o nospace 2>/dev/null
                [[ $current == [\"\']* ]] || printf -v line %q "$line"
            fi
            COMPREPLY+=("$before$line")
        done < <(compgen "$kind" -- "$value")
        [[ -n $before ]] || compopt -o filenames 2>/dev/null
    fi

    # Bash replaces only what stands behind the last character that breaks words; "@" it replaces too.
    part=""
    [[ $COMP_WORDBREAKS == *=* ]] && part+="="
    [[ $COMP_WORDBREAKS == *:* ]] && part+=":"
    rest=$current
    [[ -n $part ]] && rest=$\{rest##*["$part"]}
    [[ $COMP_WORDBREAKS == *@* && $rest == *@* ]] && rest=@$\{rest##*@}
    before=$\{current%"$rest"}
    if [[ -n $before ]]; then
        for i in "$\{!COMPREPLY[@]}"; do
            COMPREPLY[i]=$\{COMPREPLY[i]#"$before"}
        done
    fi
    return 0
}

complete -F _orchestrator orchestrator
`;

const ZSH = script`#compdef orchestrator
# zsh completion for orchestrator
# Load it with:  source <(orchestrator completions zsh)
# or write it to a file called _orchestrator in a directory of $fpath.

_orchestrator() {
    local program=$\{(Q)words[1]} line value summary kind before
    local -a lines pairs

    case $program in "~/"*) program=$HOME/$\{program#"~/"} ;; esac
    lines=("$\{(@f)$("$program" completions candidates --shell zsh "--current=$\{(Q)PREFIX}" \
        -- "$\{(@Q)words[2,CURRENT-1]}" 2>/dev/null)}")
    kind=$\{lines[-1]#:}
    [[ $kind == *" "* ]] && before=$\{kind#* }
    kind=$\{kind%% *}

    for line in "$\{(@)lines[1,-2]}"; do
        value=$\{line%%$'\t'*}
        summary=$\{line#*$'\t'}
        pairs+=("$\{$\{value//\\/\\\\}//:/\\:}$\{summary:+:$summary}")
    done
    (( $#pairs )) && _describe -V -t candidates orchestrator pairs

    case $kind in
        file | directory)
            local -a kinds
            [[ $kind == directory ]] && kinds=(-/)
            # What stands before the name is either typed already, or goes in with the name.
            if [[ -z $before ]] || compset -P "$\{(b)before}"; then
                _files $kinds
            else
                _files $kinds -P "$before"
            fi
            ;;
    esac
}

if [[ $\{funcstack[1]} == _orchestrator ]]; then
    _orchestrator "$@"
elif (( $+functions[compdef] )); then
    compdef _orchestrator orchestrator
fi
`;

const FISH = script`# fish completion for orchestrator
# Load it with:  orchestrator completions fish | source
# or write it to ~/.config/fish/completions/orchestrator.fish

function __orchestrator_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -e words[1]
    set -l lines (command $program completions candidates --shell fish --current="$current" -- $words 2>/dev/null)
    or return
    set -l directive (string split -m 1 ' ' -- $lines[-1])
    set -e lines[-1]
    if set -q lines[1]
        printf '%s\n' $lines
    end
    set -l before "$directive[2]"
    set -l value (string replace -r -- '^["\']' '' "$current")
    if test -n "$before"; and string match -q -- "$before*" "$value"
        set value (string sub -s (math 1 + (string length -- "$before")) -- "$value")
    end
    switch "$directive[1]"
        case :file
            for path in (__fish_complete_path "$value")
                printf '%s\n' "$before$path"
            end
        case :directory
            for path in (__fish_complete_directories "$value")
                printf '%s\n' "$before$path"
            end
    end
end

complete -c orchestrator -e
complete -c orchestrator -k -f -a '(__orchestrator_candidates)'
`;

/** PowerShell 5 loses empty arguments, which is why `--current=` is one word in every script. */
const POWERSHELL = script`# PowerShell completion for orchestrator
# Load it with:  orchestrator completions powershell | Out-String | Invoke-Expression
# (in $PROFILE, to have it in every session)

Register-ArgumentCompleter -Native -CommandName 'orchestrator', 'orchestrator.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $elements = @($commandAst.CommandElements)
    $program = $elements[0].Extent.Text.Trim('"', "'")
    $current = "$wordToComplete".TrimStart('"', "'")
    $words = @()
    foreach ($element in ($elements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -lt $cursorPosition) {
            $words += $element.Extent.Text.Trim('"', "'")
        }
    }
    $arguments = @('completions', 'candidates', '--shell', 'powershell', "--current=$current", '--') + $words

    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $lines = @(& $program @arguments 2>$null)
    } catch {
        return
    } finally {
        [Console]::OutputEncoding = $encoding
    }
    if ($lines.Count -eq 0) { return }

    $kind, $before = $lines[-1].TrimStart(':') -split ' ', 2
    $results = @()
    foreach ($line in ($lines | Select-Object -SkipLast 1)) {
        $value, $summary = $line -split "\`t", 2
        if (-not $summary) { $summary = $value }
        $text = $value
        if ($text -match '[^\w./:@%+=-]' -or $text -match '^@') {
            $text = "'" + $text.Replace("'", "''") + "'"
        }
        $results += [System.Management.Automation.CompletionResult]::new(
            $text, $value, [System.Management.Automation.CompletionResultType]::ParameterValue, $summary)
    }
    if ($kind -ne 'none') {
        $typed = $current
        if ($before -and $typed.StartsWith($before)) { $typed = $typed.Substring($before.Length) }
        foreach ($file in [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed)) {
            $text = $file.CompletionText
            if ($before) { $text = "'" + $before + $text.Trim("'").Replace("'", "''") + "'" }
            $results += [System.Management.Automation.CompletionResult]::new(
                $text, $file.ListItemText, $file.ResultType, $file.ToolTip)
        }
    }
    # With no result at all, PowerShell would offer file names.
    if ($results.Count -eq 0) { return '' }
    $results
}
`;

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};

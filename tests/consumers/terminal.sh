# A terminal: colours and width for a person, progress for one who waits, and nothing of it elsewhere.
source "$(dirname "$0")/lib.sh"
python3 "$CONSUMERS/terminal.py" "$STAGECHECK" "$WORK/terminal"

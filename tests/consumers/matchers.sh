# The problem matchers over real output.
source "$(dirname "$0")/lib.sh"
node "$CONSUMERS/matchers.mjs"

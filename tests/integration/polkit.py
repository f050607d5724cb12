# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine's polkit: its rules, and whether it is there."""

RULES = "/etc/polkit-1/rules.d/00-test.rules"
# Debian 13 starts it five times in ten seconds, and then no more.
RESTART = "systemctl reset-failed 'polkit*'; systemctl restart polkit"
RULE = """polkit.addRule(function(action, subject) {
        if (action.id.indexOf("org.computesession1.") == 0 && %s)
                return polkit.Result.%s;
});
"""


class Polkit:
    def __init__(self, root):
        self.root = root
        self.changed = False

    def say(self, result, condition="true"):
        """The result for every action of ours for which the condition holds, which is JavaScript."""
        self.rules(RULE % (condition, result))

    def rules(self, text):
        self.changed = True
        self.root.run("sh", "-euc", f"cat > {RULES}; chmod 644 {RULES}; {RESTART}", text=text)

    def remove(self):
        """As if it was not installed: the bus cannot start it."""
        self.changed = True
        self.root.shell("systemctl mask --quiet --runtime --now polkit")

    def reset(self):
        if not self.changed:
            return
        self.root.shell(f"rm -f {RULES}; systemctl unmask --quiet --runtime polkit; {RESTART}")

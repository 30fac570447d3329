--- .save and .edit with paths that lead elsewhere, and with names that are commands.
--: repl
--: exit 0 1 2 3
1 + 1
.save ../canary
.save %O/canary
.save /dev/null/x
.save .ssh/authorized_keys
.save ../../../../etc/passwd

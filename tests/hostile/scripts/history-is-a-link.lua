--- The history is a link to another file of the user.
--: link home/.local/state/lunette/history ../../../../canary
--: repl
--: exit 0
x = 1
y = 2

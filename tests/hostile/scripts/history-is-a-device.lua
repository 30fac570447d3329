--- The history is a device that never ends, a pipe, or a folder.
--: link home/.local/state/lunette/history /dev/zero
--: repl
--: memory 64
--: seconds 15
--: exit 0
x = 1

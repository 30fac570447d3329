--- The script on standard input never ends.
--: shell exec </dev/zero
--: run run -
--: run
--: exit 1 2
--: memory 64
print "x"

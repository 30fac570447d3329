--- A script takes standard input as data, which is empty, and as a script.
--: run run -
--: run -
--: exit 0
print "x"

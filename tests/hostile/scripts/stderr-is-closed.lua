--- Standard error is closed, and there is much to say there.
--: shell exec 2>&-
--: run --debug list
--: run nothing
--: exit 1 2
print "x"

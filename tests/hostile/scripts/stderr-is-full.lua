--- Standard error is a full disk.
--: shell exec 2>/dev/full
--: run --debug list
--: exit 0 1 2
print "x"

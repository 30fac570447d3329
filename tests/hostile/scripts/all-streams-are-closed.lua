--- All three streams are closed, so that a socket or a file would get their numbers.
--: shell exec <&- >&- 2>&-
--: run list
--: run --debug run script.lua
--: exit 0 1 2
--: makes here/made
print "this must not reach a socket"
fs.write("made", "x")
print "nor a file"

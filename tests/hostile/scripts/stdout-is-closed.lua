--- Standard output is closed.
--: shell exec >&-
--: run list
--: run --version
--: run run script.lua
--: exit 0 1 2
print "x"

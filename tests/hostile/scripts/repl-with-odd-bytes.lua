--- Lines of no UTF-8, of NUL, of a megabyte, of brackets; completion and history get them too.
--: repl
--: shell true
--: exit 0 1 2 3
--: file here/none x
return "a b"
[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
]]
]==]
--[==[ x
]==]
.
..
.unknown
?
? ?
?%s%s%n
share
share{
}
share --image
list --
list -f nothing
.format nothing
.cloud nothing
.trace x
.time
.write maybe

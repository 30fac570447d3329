--- A file of bytecode is run as a script, as a recipe, as a module and from standard input.
--: file here/b.lua \eLua
--: file here/recipes/b.lua \eLuaT
--: run run b.lua
--: run b
--: run -e 'require "b"'
--: exit 1 2
--: no requests
print "x"

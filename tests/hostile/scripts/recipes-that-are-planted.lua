--- A script that may write files plants recipes, modules and start-up files for later runs.
--: run run script.lua
--: run list
--: exit 0
--: never HIJACKED
--: makes here/recipes here/recipes/list.lua here/recipes/share.lua here/std here/std/list.lua
local evil = 'print "HIJACKED" return { effects = "read", run = function() print "HIJACKED" return {} end }'
for _, name in ipairs { "recipes/list.lua", "recipes/share.lua", "std/list.lua" } do pcall(fs.write, name, evil) end

--- Files beside a script have the names of Lunette's own modules.
--: exit 0
--: never HIJACKED
local list, json, task = require "std.list", require "std.json", require "task"
require "glance" require "fs" require "std.try" require "std"
print(list.map({ 1 }, tostring)[1], json.encode {}, type(task.sleep))
--= work/std/list.lua
print "HIJACKED"
--= work/std.lua
print "HIJACKED"
--= work/task.lua
print "HIJACKED"
--= work/glance.lua
print "HIJACKED"
--= work/fs.lua
print "HIJACKED"
--= work/std/try.lua
print "HIJACKED"

--- Files beside a script have the names of Lunette's own modules.
--: exit 0
--: never HIJACKED
local list, json, task = require "std.list", require "std.json", require "task"
require "glance" require "fs" require "std.try" require "std"
print(list.map({ 1 }, tostring)[1], json.encode {}, type(task.sleep))
--= here/std/list.lua
print "HIJACKED"
--= here/std.lua
print "HIJACKED"
--= here/task.lua
print "HIJACKED"
--= here/glance.lua
print "HIJACKED"
--= here/fs.lua
print "HIJACKED"
--= here/std/try.lua
print "HIJACKED"

--- A stranger's folder has a recipe of the name of a stock one.
--: as list
--: run list
--: run share pfsense project-b
--: exit 0
--: never HIJACKED
--: no DELETE
return { effects = "delete", args = {}, run = function(cloud) print "HIJACKED" cloud:image("pfsense"):delete() return {} end }
--= here/recipes/share.lua
print "HIJACKED"
return { effects = "write", args = { { "x", many = true } }, run = function() print "HIJACKED" return {} end }
--= here/recipes/std/list.lua
print "HIJACKED"
return {}

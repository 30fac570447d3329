--- Under --read-only a script tries what changes something, with --yes, --trust and recipes that say they may.
--: run --read-only --yes --trust run script.lua
--: exit 0
--: says refused all
--: no PATCH
--: no PUT
--: no DELETE
--: no POST /image
local recipe = require "std.recipe"
local image = cloud:image "pfsense"
for _, change in ipairs {
  function() image:update { name = "x" } end,
  function() image:delete() end,
  function() image:upload { data = "x" } end,
  function() image:stage { data = "x" } end,
  function() cloud:create_image { name = "x", data = "x" } end,
  function() cloud:request("POST", "/v2/images", { json = { name = "x" } }) end,
  function() recipe.run("share", cloud, { image = "pfsense", project = { "project-b" }, yes = true }) end,
  function() recipe.run("unshare", cloud, { image = "pfsense", all = true, yes = true }) end,
} do
  assert(not pcall(change))
end
print "refused all"

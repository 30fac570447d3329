--- Records of several kinds are kept, far more than there is memory for.
--: memory 64
--: exit 0
--: says tried
--: seconds 60
local admin = require("glance").connect "admin"
local namespace = admin:create_namespace { namespace = "Kept" }
local names = {}
for n = 1, 1000 do names[n] = "tag " .. n end
namespace:create_tags(names)
for _, one in ipairs {
  function(kept)
    for tag in namespace:tags() do kept[#kept + 1] = tag end
  end,
  function(kept) kept[#kept + 1] = namespace:tags() end,
  function(kept)
    for _ = 1, 1000 do kept[#kept + 1] = cloud:project(cloud.project_id) end
  end,
} do
  local ok, e = pcall(function()
    local kept = {}
    for _ = 1, 1000 do one(kept) end
  end)
  assert(not ok and e.kind == "limit", tostring(e))
end
print "tried"

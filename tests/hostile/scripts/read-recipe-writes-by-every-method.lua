--- A recipe that says it only reads, and tries every method that changes something, each in a pcall.
--: as liar
--: run liar
--: exit 0 1 3
--: says tried 9
--: no PATCH
--: no PUT
--: no DELETE
--: no POST /image
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local tried = 0
  for _, change in ipairs {
    function() image:update { name = "x" } end,
    function() image:add_tag "x" end,
    function() image:deactivate() end,
    function() image:add_member "project-b" end,
    function() image:upload { data = "x" } end,
    function() cloud:create_image { name = "x" } end,
    function() cloud:create_namespace { namespace = "X" } end,
    function() cloud:request("POST", "/v2/images", { json = { name = "x" } }) end,
    function() image:delete() end,
  } do
    assert(not pcall(change))
    tried = tried + 1
  end
  return { text = "tried " .. tried }
end }

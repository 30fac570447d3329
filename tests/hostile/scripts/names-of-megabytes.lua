--- Names, IDs, tags, paths and filters of 20 to 120 megabytes: each is percent-encoded and quoted in a message.
--: memory 256
--: exit 0
--: says tried 20
--: seconds 20
local image = cloud:create_image { name = "h-names" }
local long, lines, mega = ("x"):rep(120000000), ("\n"):rep(30000000), ("y"):rep(20000000)
local tried = 0
for _, f in ipairs {
  function() return cloud:image(long) end,
  function() return cloud:find_image(long) end,
  function() return cloud:project(long) end,
  function() return cloud:members(long) end,
  function() return cloud:images { name = long } end,
  function() return cloud:images { tags = { long } } end,
  function() return cloud:images { properties = { os = long } } end,
  function() return cloud:images { id = { mega, mega, mega } } end,
  function() return cloud:request("GET", long) end,
  function() return cloud:request("POST", lines) end,
  function() return cloud:request("GET", "/v2/images", { headers = { ["X-A"] = long } }) end,
  function() return cloud:create_image { name = long } end,
  function() return image:add_tag(lines) end,
  function() return image:member(long) end,
  function() return image:update { properties = { a = long } } end,
  function() return image:download { file = long } end,
  function() return image[long] end,
  function() return cloud:namespace(long) end,
  function() return cloud:schema(lines) end,
  function() return cloud:task(lines) end,
} do
  local ok, e = pcall(f)
  assert(not ok and e.kind == "usage", tostring(e))
  assert(#tostring(e) < 2000, #tostring(e))
  tried = tried + 1
end
image:delete()
print("tried " .. tried)

--- The guide: an image goes from project A to project B and back out, step by step and by recipes.
local check = require "std.check"

local guide = {}

guide["step by step, both sides"] = function(t)
  local image = t:active_image { visibility = "private" }
  check.raises("not_found", function()
    t.b:image(image.id)
  end)

  image = image:update { visibility = "shared" }
  local member = image:add_member(t.b.project_id)
  check.equal(member.status, "pending")
  check.equal(member.member_id, t.b.project_id)

  check.equal(t.b:image(image.name).id, image.id)
  check.equal(t.b:images({ name = image.name }):first(), nil)
  check.equal(t.b:image(image.id):member():accept().status, "accepted")
  check.equal(t.b:images({ name = image.name }):first().id, image.id)

  local members = image:members():collect()
  check.equal(#members, 1)
  check.equal(members[1].status, "accepted")

  image:remove_member(t.b.project_id)
  check.raises("not_found", function()
    t.b:image(image.id)
  end)
  check.equal(#image:members():collect(), 0)
end

guide["by recipes, both sides, and again"] = function(t)
  local image = t:active_image { visibility = "private" }
  for _ = 1, 2 do
    local shared = t:recipe("share", t.a, { image = image.id, project = { "project-b" } })
    check.equal(shared[1].status, "pending")
  end
  check.equal(image:refresh().visibility, "shared")
  for _ = 1, 2 do
    local accepted = t:recipe("accept", t.b, { image = { image.name } })
    check.equal(accepted[1].status, "accepted")
  end
  local members = t:recipe("list", t.a, { members = image.id })
  check.equal(members[1].member_id, t.b.project_id)
  for _, left in ipairs { 1, 0 } do
    local gone = t:recipe("unshare", t.a, { image = image.id, project = { "project-b" }, yes = true })
    check.equal(#gone, left)
  end
  check.raises("not_found", function()
    t.b:image(image.id)
  end)
end

guide["share with --accept leaves nothing to do for the other side"] = function(t)
  local image = t:active_image { visibility = "private" }
  local members =
    t:recipe("share", t.a, { image = image.name, project = { "project-b", "project-c" }, accept = true })
  check.equal(members[1].status, "accepted")
  check.equal(members[2].member_id, t.c.project_id)
  check.equal(t.c:images({ name = image.name }):first().id, image.id)
end

return guide

--- Members, one verb a case, each told from its neighbours.
local check = require "std.check"

local members = {}

members["add_member makes a pending member, and a second one is a conflict"] = function(t)
  local image = t:image()
  check.equal(image:add_member(t.b.project_id).status, "pending")
  local err = check.raises("conflict", function()
    image:add_member(t.b.project_id)
  end)
  check.equal(err.status, 409)
end

members["member shows one, and the caller's own where none is named"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  image:add_member(t.c.project_id)
  check.equal(image:member(t.c.project_id).member_id, t.c.project_id)
  check.equal(t.b:image(image.id):member().member_id, t.b.project_id)
  check.raises("not_found", function()
    image:member("0123456789abcdef0123456789abcdef")
  end)
end

members["members shows the owner all, and a member only itself"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  image:add_member(t.c.project_id)
  check.equal(#image:members():collect(), 2)
  local seen = t.b:image(image.id):members():collect()
  check.equal(#seen, 1)
  check.equal(seen[1].member_id, t.b.project_id)
end

members["cloud:members takes the image by ID and by name"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  for _, ref in ipairs { image.id, image.name } do
    local found = t.a:members(ref):collect()
    check.equal(#found, 1)
    check.equal(found[1].member_id, t.b.project_id)
  end
  for _, ref in ipairs { "nobody calls an image this", "00000000-0000-0000-0000-000000000000" } do
    check.raises("not_found", function()
      t.a:members(ref)
    end)
  end
end

members["accept, reject and update set three different statuses"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  local own = t.b:image(image.id):member()
  check.equal(own:accept().status, "accepted")
  check.equal(own:reject().status, "rejected")
  check.equal(own:update({ status = "pending" }).status, "pending")
  check.equal(own.status, "pending", "a record is a snapshot")
end

members["image:accept and image:reject act for the caller's own project"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  check.equal(t.b:image(image.id):accept().status, "accepted")
  check.equal(t.b:image(image.id):reject().status, "rejected")
end

members["the owner cannot accept for a member"] = function(t)
  local member = t:image():add_member(t.b.project_id)
  check.raises("forbidden", function()
    member:accept()
  end)
end

members["remove takes one member away and no other"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id):remove()
  image:add_member(t.c.project_id)
  image:add_member(t.b.project_id)
  image:remove_member(t.c.project_id)
  local left = image:members():collect()
  check.equal(#left, 1)
  check.equal(left[1].member_id, t.b.project_id)
  check.raises("not_found", function()
    image:remove_member(t.c.project_id)
  end)
end

members["a member cannot leave, only reject"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  local own = t.b:image(image.id):member()
  check.raises("forbidden", function()
    own:remove()
  end)
end

members["a private image takes no members"] = function(t)
  local image = t:image { visibility = "private" }
  check.raises("forbidden", function()
    image:add_member(t.b.project_id)
  end)
  check.raises("forbidden", function()
    image:members()
  end)
end

members["a record is strict, read-only, and walks like a table"] = function(t)
  local image = t:image()
  local member = image:add_member(t.b.project_id)
  local err = check.raises("usage", function()
    return member.statsu
  end)
  check.matches(err.advice, "status")
  check.raises("usage", function()
    member.status = "accepted"
  end)
  local keys = {}
  for key in pairs(member) do
    keys[#keys + 1] = key
  end
  check.equal(table.concat(keys, " "), "image_id member_id status created_at updated_at")
  check.equal(member == image:member(t.b.project_id), true)
end

return members

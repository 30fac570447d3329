--- Writes whose answer is lost: each is done once and reported as done, whether Glance had carried it out or
--- not. A member that exists then is a conflict: another run may have added it.
--- The sandbox loses answers on request, so these need one.
local check = require "std.check"

--- Whether a tag is on an image.
local function has_tag(image, tag)
  for _, each in ipairs(image:refresh().tags) do
    if each == tag then return true end
  end
  return false
end

--- The metadata of the location of that URL.
local function place(image, url)
  for _, location in ipairs(image:locations()) do
    if location.url == url then return location.metadata end
  end
end

--- Writes, each with the operation whose answer is lost, and how one sees that it was done.
local writes = {
  ["a new image"] = {
    operation = "image-create",
    write = function(t)
      return t:image { name = t:name "lost" }
    end,
    done = function(t, _, image)
      return #t.a:images({ name = image.name }):collect() == 1
    end,
  },
  ["a change"] = {
    operation = "image-update",
    write = function(_, image)
      return image:update { min_ram = 64, properties = { os_distro = "debian" } }
    end,
    done = function(_, image, changed)
      return changed.min_ram == 64 and image:refresh().properties.os_distro == "debian"
    end,
  },
  ["a property that is removed"] = {
    operation = "image-update",
    prepare = function(_, image)
      image:update { properties = { os_distro = "debian" } }
    end,
    write = function(_, image)
      return image:update { name = image.name .. "-2", properties = { os_distro = false } }
    end,
    done = function(_, image, changed)
      return changed.name == image.name .. "-2" and image:refresh().properties.os_distro == nil
    end,
  },
  ["a deletion"] = {
    operation = "image-delete",
    write = function(_, image)
      image:delete()
    end,
    done = function(t, image)
      return t.a:find_image(image.id) == nil
    end,
  },
  ["a new member"] = {
    operation = "member-create",
    write = function(t, image)
      return image:add_member(t.b.project_id)
    end,
    is_unknown = function(t, image)
      return image:member(t.b.project_id)
    end,
    done = function(t, image, member)
      return member == image:member(t.b.project_id) and member.status == "pending"
    end,
  },
  ["an accepted membership"] = {
    operation = "member-update",
    prepare = function(t, image)
      image:add_member(t.b.project_id)
    end,
    write = function(t, image)
      return t.b:image(image.id):accept()
    end,
    done = function(t, image, member)
      return member.status == "accepted" and image:member(t.b.project_id).status == "accepted"
    end,
  },
  ["a member that goes"] = {
    operation = "member-delete",
    prepare = function(t, image)
      image:add_member(t.b.project_id)
    end,
    write = function(t, image)
      image:remove_member(t.b.project_id)
    end,
    done = function(_, image)
      return #image:members():collect() == 0
    end,
  },
  ["a new tag"] = {
    operation = "image-tag-update",
    write = function(_, image)
      image:add_tag "lost"
    end,
    done = function(_, image)
      return has_tag(image, "lost")
    end,
  },
  ["a tag that goes"] = {
    operation = "image-tag-delete",
    prepare = function(_, image)
      image:add_tag "lost"
    end,
    write = function(_, image)
      image:remove_tag "lost"
    end,
    done = function(_, image)
      return not has_tag(image, "lost")
    end,
  },
  ["a deactivation"] = {
    operation = "image-deactivate",
    write = function(_, image)
      image:deactivate()
    end,
    done = function(_, image)
      return image:refresh().status == "deactivated"
    end,
  },
  ["a reactivation"] = {
    operation = "image-reactivate",
    prepare = function(_, image)
      image:deactivate()
    end,
    write = function(_, image)
      image:reactivate()
    end,
    done = function(_, image)
      return image:refresh().status == "active"
    end,
  },
  ["a new location"] = {
    operation = "image-update",
    write = function(t, image)
      return image:add_location { url = t:uri(), metadata = { rack = "a" } }
    end,
    done = function(t, image)
      return place(image, t:uri()).rack == "a"
    end,
  },
  ["a location that is described"] = {
    operation = "image-update",
    prepare = function(t, image)
      image:add_location { url = t:uri() }
    end,
    write = function(t, image)
      return image:update_location(t:uri(), { metadata = { rack = "b" } })
    end,
    done = function(t, image)
      return place(image, t:uri()).rack == "b"
    end,
  },
  ["a location that goes"] = {
    operation = "image-update",
    prepare = function(t, image)
      image:add_location { url = t:uri() }
      image:add_location { url = t:uri "versions?again" }
    end,
    write = function(t, image)
      return t.admin:image(image.id):remove_location(t:uri())
    end,
    done = function(t, image)
      return not place(image, t:uri()) and #image:locations() == 2
    end,
  },
  ["data"] = {
    operation = "image-upload",
    write = function(t)
      return t:image { disk_format = "raw", container_format = "bare", data = "all of it" }
    end,
    done = function(_, _, image)
      return image.status == "active" and image:download() == "all of it"
    end,
  },
}

--- How an answer is lost: before the write was carried out, or after.
local losses = {
  ["the connection breaks before %s is done"] = "hang-up count=1",
  ["the answer to %s is lost"] = "late hang-up count=1",
  ["the token ends before %s is done"] = "end-token count=1",
  ["a proxy gives %s up that is done"] = "late status=504 count=1",
}

local lost = {}

for what, write in pairs(writes) do
  for title, fault in pairs(losses) do
    lost[title:format(what)] = function(t)
      local image = t:active_image()
      if write.prepare then write.prepare(t, image) end
      t.sandbox.faults(write.operation .. " " .. fault)
      local result, err = try(write.write, t, image)
      t.sandbox.faults {}
      if write.is_unknown and fault:find "^late" then
        -- It is done, but another run may have done it.
        check.equal(err.kind, "conflict")
        check.matches(err.message, "cannot be known")
        result = write.is_unknown(t, image)
      else
        check.equal(err, nil)
      end
      check.truthy(write.done(t, image, result))
    end
  end
end

lost["a member that was there before is a conflict"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  t.sandbox.faults "member-create hang-up count=1"
  check.raises("conflict", function()
    image:add_member(t.b.project_id)
    image:add_member(t.b.project_id)
  end)
end

lost["a member that was there before is no new one after a lost answer"] = function(t)
  for _, loss in ipairs { "hang-up", "late hang-up", "late status=504", "status=502" } do
    local image = t:image()
    image:add_member(t.b.project_id)
    t.sandbox.faults("member-create count=1 " .. loss)
    check.raises("conflict", image.add_member, image, t.b.project_id)
    t.sandbox.faults {}
    check.equal(#image:members():collect(), 1)
  end
end

lost["a location that was there before is no new one after a lost answer"] = function(t)
  local image = t:active_image()
  image:add_location { url = t:uri(), metadata = { rack = "a" } }
  t.sandbox.faults "image-update late hang-up count=1"
  check.raises("conflict", image.add_location, image, { url = t:uri(), metadata = { rack = "a" } })
  t.sandbox.faults {}
  check.equal(#image:locations(), 2)
end

--- Creates an image with the ID of another one, whose answer is lost; returns the error.
local function again(t, image, options)
  options.id, options.name = image.id, image.name
  options.disk_format, options.container_format = "raw", "bare"
  local _, err = try(t.a.create_image, t.a, options)
  return err
end

for _, loss in ipairs { "hang-up", "late hang-up", "status=502", "late status=504", "html status=502" } do
  lost[("an image whose ID is given again is kept, by %s"):format(loss)] = function(t)
    local queued = t:image { disk_format = "raw", container_format = "bare" }
    for _, image in ipairs { t:active_image(), t:active_image { protected = true }, queued } do
      for _, options in ipairs {
        {},
        { data = "mine" },
        { data = "mine", import = { method = "glance-direct" } },
      } do
        t.sandbox.faults("image-create count=1 " .. loss)
        local err = again(t, image, options)
        t.sandbox.faults {}
        check.equal(err.kind, "conflict")
        check.matches(err.message, image.id:gsub("%-", "%%-"))
        check.equal(image:refresh(), image)
      end
    end
    for image in t.a:images { protected = true, owner = t.a.project_id } do
      image:update { protected = false }
    end
  end
end

lost["an image of an ID that is given and new is found after a lost answer"] = function(t)
  t.sandbox.faults "image-create late hang-up count=1"
  local id = "3c9a1f6e-2a53-4a5e-9d0a-6f0d4f5e7b21"
  local image =
    t.a:create_image { id = id, name = t:name "given", disk_format = "raw", container_format = "bare" }
  t.made[#t.made + 1] = image
  check.equal(image.id, id)
  check.equal(image.status, "queued")
end

lost["what was never there is not found, whatever was lost"] = function(t)
  local image = t:image()
  check.raises("not_found", function()
    image:remove_member(t.b.project_id)
  end)
  check.raises("not_found", function()
    image:remove_tag "never"
  end)
end

return lost

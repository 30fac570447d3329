--- Copies: from project to project and from region to region, whole or not at all, and again.
local check = require "std.check"
local list = require "std.list"
local transfer = require "std.transfer"
local try = require "std.try"

local copies = {}

--- A copy, to be deleted after the case.
local function copied(t, image, target, options)
  local copy, how = transfer.copy(image, target, options)
  t.made[#t.made + 1] = copy
  return copy, how
end

--- All that project B has made of an image.
local function made_of(t, image, target)
  local query = { owner = t.b.project_id, properties = { lunette_copy_of = image.id } }
  return (target or t.b):images(query):collect()
end

--- An image of project A that B sees, with whatever an image can have.
local function source(t, options)
  options = options or {}
  options.data = options.data or ("a disk, and more of it. "):rep(5000)
  options.min_disk, options.min_ram = 3, 512
  options.tags = { "backup", "blue" }
  options.properties =
    { os_distro = "debian", hw_disk_bus = "scsi", instance_uuid = "1bea47ed-f6a9-463b-b423-14b9cca9ad27" }
  local image = t:active_image(options)
  image:add_member(t.b.project_id)
  return t.b:image(image.id)
end

--- What a run leaves of a copy that is killed before its data are sent.
local function begun_copy(t, image)
  return t:image({
    name = image.name,
    disk_format = image.disk_format,
    container_format = image.container_format,
    properties = { lunette_copy_of = image.id, lunette_copy = "unfinished" },
  }, t.b)
end

copies["a copy is B's own, and as its source"] = function(t)
  local image = source(t)
  local copy, how = copied(t, image, t.b, { method = "stream" })
  check.equal(how, "stream")
  check.equal(copy.owner, t.b.project_id)
  check.equal(copy.visibility, "private")
  check.equal(copy.status, "active")
  for _, field in ipairs {
    "name",
    "size",
    "os_hash_value",
    "disk_format",
    "container_format",
    "min_disk",
    "min_ram",
  } do
    check.equal(copy[field], image[field], field)
  end
  check.equal(list.sort_by(copy.tags), { "backup", "blue" })
  check.equal(copy.properties.os_distro, "debian")
  check.equal(copy.properties.hw_disk_bus, "scsi")
  check.equal(copy.properties.lunette_copy_of, image.id)
  check.equal(copy.properties.instance_uuid, nil)
  check.equal(copy.properties.lunette_copy, nil)
end

copies["a second run finds the copy and sends nothing"] = function(t)
  local image = source(t)
  local first = copied(t, image, t.b)
  local again, how = transfer.copy(image, t.b)
  check.equal(how, "there")
  check.equal(again.id, first.id)
  check.equal(#made_of(t, image), 1)
end

copies["a copy that was deleted is made anew, and two runs at once make one"] = function(t)
  local image = source(t)
  for _ = 1, 2 do
    transfer.copy(image, t.b, { method = "stream" }):delete()
  end
  local task = require "task"
  local both = task.parallel({ 1, 2 }, function()
    return (copied(t, image, t.b, { method = "stream" }))
  end)
  check.equal(both[1].id, both[2].id)
  check.equal(#made_of(t, image), 1)
end

copies["however often a copy was deleted, it is made anew"] = function(t)
  local image, ids = source(t), {}
  for _ = 1, 18 do
    local copy = transfer.copy(image, t.b, { method = "stream" })
    ids[copy.id] = true
    copy:delete()
  end
  local count = 0
  for _ in pairs(ids) do
    count = count + 1
  end
  check.equal(count, 18)
end

copies["another name is another copy"] = function(t)
  local image = source(t)
  local first = copied(t, image, t.b)
  local second = copied(t, image, t.b, { name = t:name("renamed") })
  check.equal(first.id ~= second.id, true)
  check.equal(#made_of(t, image), 2)
end

copies["hidden and protected come along, and the copy is found all the same"] = function(t)
  local image = source(t)
  t.a:image(image.id):update { protected = true, os_hidden = true }
  image = image:refresh()
  local copy = copied(t, image, t.b)
  check.equal(copy.protected, true)
  check.equal(copy.os_hidden, true)
  local _, how = transfer.copy(image, t.b)
  check.equal(how, "there")
end

copies["the copy is shared with the members that are named"] = function(t)
  local image = source(t)
  local copy = copied(t, image, t.b, { members = { t.c.project_id } })
  check.equal(copy.visibility, "shared")
  check.equal(list.map(copy:members(), "member_id"), { t.c.project_id })
end

copies["a visibility that is not for this user is refused before anything is begun"] = function(t)
  local image = source(t)
  local err =
    check.raises("forbidden", transfer.copy, image, t.b, { visibility = "public", method = "stream" })
  check.matches(err.advice, "only an administrator")
  check.equal(#made_of(t, image), 0)
end

copies["a copy that is there is shown to those who are asked for later"] = function(t)
  local image = source(t)
  local first = copied(t, image, t.b)
  local again, how = transfer.copy(image, t.b, { members = { t.c.project_id } })
  check.equal(how, "there")
  check.equal(again.id, first.id)
  check.equal(again.visibility, "shared")
  check.equal(list.map(again:members():collect(), "member_id"), { t.c.project_id })
end

copies["a copy that was deactivated is there, and not waited for"] = function(t)
  local image = source(t)
  local first = copied(t, image, t.b)
  local _, refusal = try(first.deactivate, first)
  if refusal then t:skip("deactivating is for administrators here: " .. refusal.message) end
  local again, how = transfer.copy(image, t.b)
  check.equal(how, "there")
  check.equal(again.id, first.id)
  first:reactivate()
end

copies["the recipe shares a copy with the members but its owner, whom only the source's owner knows"] = function(
  t
)
  local image = source(t)
  t.a:image(image.id):add_member(t.c.project_id)
  local copy = t:recipe("copy", t.a, { image = image.id, to = t.b.name, members = true })
  t.made[#t.made + 1] = copy
  check.equal(list.map(copy:members(), "member_id"), { t.c.project_id })
  local err = check.raises("forbidden", function()
    t:recipe("copy", t.c, { image = image.id, members = true })
  end)
  check.matches(err.message, "only its owner sees")
end

copies["a copy that was begun goes on where it was"] = function(t)
  local image = source(t)
  local begun = begun_copy(t, image)
  local copy = transfer.copy(image, t.b)
  check.equal(copy.id, begun.id)
  check.equal(copy.os_hash_value, image.os_hash_value)
  check.equal(#made_of(t, image), 1)
end

copies["an image that does not say that it is the copy is left as it is"] = function(t)
  local image = source(t)
  -- The ID that a copy is given is always the same, so that somebody else may have used it.
  local copy = copied(t, image, t.b, { name = image.name .. "-2" })
  copy:update { name = image.name, properties = { lunette_copy_of = "1bea47ed-f6a9-463b-b423-14b9cca9ad27" } }
  local again = copied(t, image, t.b, { name = image.name .. "-2" })
  check.truthy(again.id ~= copy.id)
  local now = copy:refresh()
  check.equal(now.updated_at, copy:refresh().updated_at)
  check.equal(now.name, image.name)
  check.equal(now.properties.lunette_copy_of, "1bea47ed-f6a9-463b-b423-14b9cca9ad27")
end

copies["a queued image with the copy's ID gets no data"] = function(t)
  local image = source(t)
  local first = transfer.copy(image, t.b)
  local id = first.id
  first:delete()
  -- Glance gives no ID twice: the second one is taken.
  local second = transfer.copy(image, t.b)
  t.made[#t.made + 1] = second
  check.truthy(second.id ~= id)
  check.equal(second.status, "active")
end

copies["a copy that another run fills at this moment is waited for"] = function(t)
  local image = source(t)
  local begun = begun_copy(t, image)
  begun:stage { data = image:download() }
  local task = require "task"
  local done = task.parallel({ "import", "copy" }, function(what)
    if what == "import" then return begun:import { method = "glance-direct" } end
    return (transfer.copy(image, t.b, { method = "stream" }))
  end)
  check.equal(done[2].id, begun.id)
  check.equal(done[2].os_hash_value, image.os_hash_value)
  check.equal(#made_of(t, image), 1)
end

copies["a copy that has its data, and nothing else, is finished"] = function(t)
  local image = source(t)
  local begun = begun_copy(t, image):upload { data = image:download() }
  local copy, how = transfer.copy(image, t.b)
  check.equal(how, "resumed")
  check.equal(copy.id, begun.id)
  check.equal(copy.properties.os_distro, "debian")
end

copies["a copy with other data is told, and not passed off as one"] = function(t)
  local image = source(t)
  local begun = begun_copy(t, image):upload { data = "other data" }
  local err = check.raises("integrity", transfer.copy, image, t.b)
  check.matches(err.message, begun.id:gsub("%-", "%%-"))
end

copies["to the other region, by this way and by that"] = function(t)
  local target = t:elsewhere(t.b)
  local image = source(t)
  for _, method in ipairs { "stream", "glance-download" } do
    local copy, how = copied(t, image, target, { name = t:name(method), method = method, via = t.b })
    check.equal(how, method)
    check.equal(copy.os_hash_value, image.os_hash_value)
    check.equal(copy.properties.os_distro, "debian")
    check.equal(copy.owner, t.b.project_id)
  end
end

copies["a server that cannot fetch is helped by streaming"] = function(t)
  local target = t:elsewhere(t.b)
  local image = source(t)
  t.sandbox.faults "image-import import=fail"
  local copy, how = copied(t, image, target, { via = t.b })
  check.equal(how, "stream")
  check.equal(copy.os_hash_value, image.os_hash_value)
  check.equal(#made_of(t, image, target), 1)
end

copies["a way that is asked for and fails leaves nothing behind"] = function(t)
  local target = t:elsewhere(t.b)
  local image = source(t)
  t.sandbox.faults "image-import import=fail"
  check.raises("conflict", transfer.copy, image, target, { via = t.b, method = "glance-download" })
  check.raises("usage", transfer.copy, image, target, { method = "glance-download" })
  check.equal(#made_of(t, image, target), 0)
end

copies["a cut source, a busy target and a token that ends do not end it"] = function(t)
  local image = source(t)
  t.sandbox.faults {
    "image-download cut=40000 count=2",
    "image-upload status=503 count=1",
    "image-upload end-token count=1",
  }
  local copy = copied(t, image, t.b, { method = "stream" })
  check.equal(copy.os_hash_value, image.os_hash_value)
  check.equal(#made_of(t, image), 1)
end

copies["what fails for good leaves nothing behind"] = function(t)
  local image = source(t)
  t.sandbox.faults "image-upload status=413"
  check.raises("limit", transfer.copy, image, t.b, { method = "stream" })
  t.sandbox.faults "image-download status=403"
  check.raises("forbidden", transfer.copy, image, t.b, { method = "stream" })
  t.sandbox.faults {}
  check.equal(#made_of(t, image), 0)
end

copies["what has no data to copy is refused before anything is begun"] = function(t)
  local queued = t:image()
  check.raises("conflict", transfer.copy, queued, t.b)
  local image = source(t)
  t.a:image(image.id):deactivate()
  local err = check.raises("conflict", transfer.copy, image:refresh(), t.b)
  check.matches(err.advice, "reactivate")
  check.raises("usage", transfer.copy, image, t.b, { nmae = "x" })
  check.raises("usage", transfer.copy, image, t.b, { visibility = "community", members = { t.c.project_id } })
  check.equal(#made_of(t, image), 0)
end

copies["the recipe copies what was shared, and refuses what is there already"] = function(t)
  local image = source(t)
  local copy = t:recipe("copy", t.b, { image = image.id })
  t.made[#t.made + 1] = copy
  check.equal(copy.owner, t.b.project_id)
  check.equal(t:recipe("copy", t.a, { image = image.id, to = t.b.name }).id, copy.id)
  check.raises("usage", function()
    t:recipe("copy", t.a, { image = image.id })
  end)
end

copies["the recipe puts data into another store of their own cloud, once"] = function(t)
  local image = t:active_image()
  local other = list.find(t.a:stores(), function(store)
    return not store.read_only and not image.stores:find(store.id, 1, true)
  end)
  local err = check.raises("forbidden", function()
    t:recipe("copy", t.a, { image = image.id, store = other.id })
  end)
  check.matches(err.advice, "administrator")
  for _ = 1, 2 do
    local spread = transfer.spread(t.admin:image(image.id), other.id)
    check.matches(spread.stores, other.id)
  end
end

copies["no copy gets what is valid in the source's cloud only"] = function(t)
  local properties = {
    os_distro = "debian",
    base_image_ref = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    boot_roles = "member",
    img_signature = "c2ln",
    img_signature_certificate_uuid = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    instance_uuid = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    user_id = "somebody",
  }
  local image = t:active_image { properties = properties }
  local copy = transfer.copy(image, t.b)
  t:after(function()
    copy:delete()
  end)
  for key in pairs(properties) do
    check.equal(copy.properties[key] ~= nil, key == "os_distro", key)
  end
end

copies["an image that is of no use without its key or kernel is refused, and copied where that is said"] = function(
  t
)
  local needed = {
    cinder_encryption_key_id = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    os_encrypt_key_id = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    hw_ephemeral_encryption_secret_uuid = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    kernel_id = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
    ramdisk_id = "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
  }
  for key, value in pairs(needed) do
    local properties = { [key] = value, os_distro = "debian" }
    if key:find "_key_id$" then properties[key:gsub("_id$", "_deletion_policy")] = "on_image_deletion" end
    local image = t:active_image { properties = properties }
    local err = check.raises("invalid", function()
      transfer.copy(image, t.b)
    end)
    check.matches(err.message, key)
    check.matches(err.advice, "%-%-without " .. key)
    local copy = transfer.copy(image, t.b, { without = { key } })
    for name in pairs(properties) do
      check.equal(copy.properties[name] ~= nil, name == "os_distro", name)
    end
    copy:delete()
    -- So that the source does not take a key of that name along.
    if key:find "_key_id$" then image:update { properties = { [key] = false } } end
  end
end

return copies

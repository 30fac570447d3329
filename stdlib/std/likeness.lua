--- What a copy of an image is to be: all that its source is, but for what holds in the source's cloud alone.
---
---     local wanted = likeness.of(cloud:image "pfsense", { without = { "os_distro" } })
---     other:create_image(wanted)

local fail = require "std.fail"
local list = require "std.list"

local likeness = {}

--- Fields that a copy has from its source as they are.
local FIELDS = { "name", "disk_format", "container_format", "min_disk", "min_ram", "tags" }

--- Properties that name what is in the source's cloud alone, or that Lunette keeps for itself.
local OWN = list.index {
  "base_image_ref",
  "block_device_mapping",
  "boot_roles",
  "direct_url",
  "image_location",
  "image_state",
  "instance_uuid",
  "kernel_id",
  "lunette_copy",
  "lunette_copy_of",
  "owner_id",
  "owner_project_name",
  "owner_user_name",
  "ramdisk_id",
  "user_id",
}

--- What is said of an image that has no data to copy, by its status.
local NO_DATA = {
  deactivated = "reactivate it first",
  deleted = "it is gone for good",
  killed = "its upload failed: delete it, and upload its data to another one",
  pending_delete = "it is gone for good",
  queued = "nobody has uploaded its data yet",
}

--- Raises what makes a copy of an image impossible.
---
--- Raises: conflict (it is not active), invalid (a snapshot of volumes).
---@param image Image
function likeness.require_data(image)
  if image.status ~= "active" then
    fail(
      "conflict",
      ("image %s is %s, and only an active one has data to copy"):format(image.id, image.status),
      { advice = NO_DATA[image.status] or "wait until it is active" }
    )
  end
  if image.size == 0 and image.properties.block_device_mapping then
    fail("invalid", ("image %s is a snapshot of volumes: it has no data of its own"):format(image.id), {
      advice = "upload each volume to an image (openstack image create --volume), and copy that",
    })
  end
end

--- Whether Glance keeps a property for itself.
---@param name string
local function is_glances(name)
  return name:sub(1, 10) == "os_glance_"
end

--- What a copy is created with: a table for `Cloud:create_image`, without the data.
---
--- `os_hidden` and `protected` are left for when the data are there: they would stand in their way.
---@param image Image
---@param options { without: string[]? }?  custom properties that it does not get
---@return table
function likeness.of(image, options)
  local without = list.index(options and options.without or {})
  local wanted = { properties = {} }
  for _, field in ipairs(FIELDS) do
    wanted[field] = image[field]
  end
  for name, value in pairs(image.properties) do
    if not (OWN[name] or without[name] or is_glances(name)) then wanted.properties[name] = value end
  end
  return wanted
end

--- What a copy lacks of what is wanted, as `Image:update` takes it.
---
--- No property that it has already is written again: this user may be allowed to create it and not to change it. A server
--- that fetched the data has taken all properties of the source over: what is not wanted of them is removed.
---@param image Image
---@param copy Image
---@param wanted table  as `likeness.of` gives it
---@return table
function likeness.lacking(image, copy, wanted)
  ---@type table<string, string|false>
  local properties = {}
  for name in pairs(copy.properties) do
    local is_stray = OWN[name] or image.properties[name] and not is_glances(name)
    if is_stray and wanted.properties[name] == nil then properties[name] = false end
  end
  for name, value in pairs(wanted.properties) do
    if copy.properties[name] ~= value then properties[name] = value end
  end
  return { properties = properties, os_hidden = image.os_hidden, protected = image.protected }
end

--- Raises `integrity` where both ends do not say the same of the data.
---@param image Image
---@param copy Image
function likeness.require_same_data(image, copy)
  local by = image.os_hash_value and image.os_hash_algo == copy.os_hash_algo and "os_hash_value" or "checksum"
  if copy.size == image.size and copy[by] and copy[by] == image[by] then return end
  fail(
    "integrity",
    ("image %s does not hold the data of %s: its %s is %s, and should be %s"):format(
      copy.id,
      image.id,
      copy.size == image.size and by or "size",
      copy.size == image.size and copy[by] or copy.size,
      copy.size == image.size and image[by] or image.size
    ),
    { advice = "delete it, and copy again" }
  )
end

return likeness

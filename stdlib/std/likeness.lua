--- What a copy of an image is to be: all that its source is, but for what holds in the source's cloud alone.
---
---     local wanted = likeness.of(cloud:image "pfsense", { without = { "os_distro" } })
---     other:create_image(wanted)

local fail = require "std.fail"
local list = require "std.list"

local likeness = {}

--- Fields that a copy has from its source as they are.
local FIELDS = { "name", "disk_format", "container_format", "min_disk", "min_ram", "tags" }

--- Properties that mean something in the source's cloud only. No copy has them.
---
--- Source: nova/compute/api.py, `_create_image` and `snapshot_volume_backed` (what snapshots are given);
--- cursive, signature_utils.py (the certificate is the source's key manager's); cinder/image/glance.py
--- (`signature_verified`).
local OWN = list.index {
  "base_image_ref",
  "bdm_v2",
  "block_device_mapping",
  "boot_roles",
  "direct_url",
  "image_location",
  "image_state",
  "img_signature",
  "img_signature_certificate_uuid",
  "img_signature_hash_method",
  "img_signature_key_type",
  "instance_uuid",
  "kernel_id",
  "locations",
  "owner_id",
  "owner_project_name",
  "owner_user_name",
  "ramdisk_id",
  "signature_verified",
  "user_id",
}

--- Properties that Lunette keeps for itself.
local MARKS = list.index { "lunette_copy", "lunette_copy_of" }

--- Beginnings of properties about a key that encrypts the data. Glance deletes the key with any image that
--- names it and has the deletion policy, so that a copy with them would take the source's key along.
---
--- Source: glance/api/v2/images.py, `_delete_encryption_key`; cinder/volume/flows/api/create_volume.py,
--- `_get_encryption_key_id`; the image properties of nova's ephemeral encryption.
local KEYS = { "cinder_encryption_key_", "os_encrypt_", "hw_ephemeral_encryption_secret_" }

--- Properties without which an image is of no use, and what to do instead.
local NEEDED = {
  {
    names = KEYS,
    why = "its data are encrypted, and the key is in the source's cloud",
    advice = "make a volume of it there and upload that without encryption (openstack image create --volume), and copy that",
  },
  {
    names = { "kernel_id", "ramdisk_id" },
    why = "it boots with other images, a kernel or a ramdisk",
    advice = "copy those too, and set kernel_id and ramdisk_id of the copy by image:update",
  },
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
  if (image.size or 0) == 0 and image.properties.block_device_mapping then
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

---@param name string
---@param beginnings string[]
local function begins(name, beginnings)
  for _, beginning in ipairs(beginnings) do
    if name:sub(1, #beginning) == beginning then return true end
  end
  return false
end

--- Whether a property means something in the source's cloud only.
---@param name string
local function is_local(name)
  return OWN[name] or begins(name, KEYS)
end

--- Whether the data of an image are encrypted with a key of its cloud.
---@param image Image
---@return boolean
function likeness.is_encrypted(image)
  for name in pairs(image.properties) do
    if begins(name, KEYS) and name:sub(-16) ~= "_deletion_policy" then return true end
  end
  return false
end

--- Raises `invalid` where the image is of no use without a property that no copy can have.
---
--- The properties that `without` names are known to be missing: then the copy is made all the same.
---@param image Image
---@param without string[]?
function likeness.require_use(image, without)
  local known = list.index(without or {})
  for _, needed in ipairs(NEEDED) do
    local names = {}
    for name, value in pairs(image.properties) do
      local is_needed = begins(name, needed.names) and name:sub(-16) ~= "_deletion_policy"
      if is_needed and value ~= "" and value ~= "None" and not known[name] then names[#names + 1] = name end
    end
    table.sort(names)
    if #names > 0 then
      fail(
        "invalid",
        ("a copy of image %s is of no use: %s (%s)"):format(image.id, needed.why, table.concat(names, ", ")),
        {
          advice = ("%s; to copy it all the same, without these: --without %s"):format(
            needed.advice,
            table.concat(names, " --without ")
          ),
        }
      )
    end
  end
end

--- The properties that a copy does not get, as they mean something in the source's cloud only; sorted.
---@param image Image
---@param options { without: string[]? }?
---@return string[]
function likeness.left_out(image, options)
  local without, names = list.index(options and options.without or {}), {}
  for name in pairs(image.properties) do
    if is_local(name) and not without[name] then names[#names + 1] = name end
  end
  table.sort(names)
  return names
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
    if not (is_local(name) or MARKS[name] or without[name] or is_glances(name)) then
      wanted.properties[name] = value
    end
  end
  return wanted
end

--- What a copy lacks of what is wanted, as `Image:update` takes it.
---
--- No property that it has already is written again: this user may be allowed to create it and not to change
--- it. A server that fetched the data has taken all properties of the source over: what is not wanted of them
--- is removed.
---@param image Image
---@param copy Image
---@param wanted table  as `likeness.of` gives it
---@return table
function likeness.lacking(image, copy, wanted)
  ---@type table<string, string|false>
  local properties = {}
  for name in pairs(copy.properties) do
    local is_stray = is_local(name) or MARKS[name] or image.properties[name] and not is_glances(name)
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

---@meta

assert(false, 'stdlib/meta/image.lua is documentation; images come from a cloud: require "glance"')

--- An iterator over images: `for image in cloud:images{…} do`.
---@class Images
local Images = {}

--- All that are left, as a list.
---@return Image[]
function Images:collect() end

--- The next one, or nil.
---@return Image|nil
function Images:first() end

--- One image as Glance told it: a snapshot. What Glance told no value for is nil.
---@class Image
---@field id string
---@field name? string
---@field status string queued, saving, uploading, importing, active, deactivated, killed, deleted, pending_delete
---@field visibility string private, shared, community, public
---@field owner? string project ID
---@field size? integer bytes
---@field virtual_size? integer bytes
---@field disk_format? string
---@field container_format? string
---@field min_disk integer GiB
---@field min_ram integer MiB
---@field public protected boolean
---@field os_hidden boolean
---@field checksum? string MD5, hexadecimal
---@field os_hash_algo? string
---@field os_hash_value? string hexadecimal
---@field tags string[]
---@field properties table<string, string> everything that is no field of Glance's image schema
---@field created_at string ISO 8601
---@field updated_at string ISO 8601
---@field locations? table[] where the cloud shows them
---@field direct_url? string where the cloud shows it
---@field stores? string comma-separated, where the cloud has several
---@field self string path
---@field file string path
---@field schema string path
local Image = {}

--- Changes what is named and returns the image as it is then; `properties = { key = false }` removes that one.
---
--- `name` `visibility` `min_disk` `min_ram` `protected` `os_hidden` `tags` `properties`; `disk_format` and
--- `container_format` only while queued; `owner` for admins.
---
--- Raises: usage, forbidden, conflict, invalid.
--- Source: glance/api/v2/images.py, ImagesController.update.
---@param options table
---@return Image
function Image:update(options) end

--- Deletes it, its data and its members. The ID can never be used again.
---
--- Raises: forbidden (protected, or not the owner), conflict (in use), not_found.
--- Source: glance/api/v2/images.py, ImagesController.delete.
function Image:delete() end

--- The image as it is now.
---
--- Raises: not_found.
---@return Image
function Image:refresh() end

--- Sends its data, verified by hash, and returns the image as it is with them.
---
--- `file` is a path under the working folder, `data` text; neither may be empty.
---
--- Raises: usage, invalid (formats), conflict (has data already), integrity, limit.
--- Source: glance/api/v2/image_data.py, ImageDataController.upload.
---@param options table
---@return Image
function Image:upload(options) end

--- Receives its data, verified by hash: into `file` (returns the number of bytes), or as text.
---
--- A file grows beside its name as `.part` and is renamed when it is whole and right; `overwrite` replaces one that is there.
---
--- Raises: usage (the file or its `.part` is there, or cannot be written; more text than there is memory for), conflict
--- (the image has no data), forbidden (deactivated, or a role that may only read), integrity.
--- Source: glance/api/v2/image_data.py, ImageDataController.download.
---@param options? table
---@return integer|string
function Image:download(options) end

--- Stops its data from being downloaded.
---
--- Raises: forbidden (also while queued).
--- Source: glance/api/v2/image_actions.py.
function Image:deactivate() end

--- Lets its data be downloaded again.
---
--- Raises: forbidden.
--- Source: glance/api/v2/image_actions.py.
function Image:reactivate() end

--- Adds a tag; one that is there stays.
---
--- Source: glance/api/v2/image_tags.py.
---@param tag string
function Image:add_tag(tag) end

--- Removes a tag.
---
--- Raises: not_found.
--- Source: glance/api/v2/image_tags.py.
---@param tag string
function Image:remove_tag(tag) end

--- Its members: all of them for the owner, only itself for a member.
---
--- Raises: forbidden (the image is not shared).
--- Source: glance/api/v2/image_members.py, ImageMembersController.index.
---@return Members
function Image:members() end

--- One member, the caller's own project unless another is named.
---
--- Raises: not_found.
--- Source: glance/api/v2/image_members.py, ImageMembersController.show.
---@param project? string project ID
---@return Member
function Image:member(project) end

--- Makes a project a member, pending. Glance takes any text: verify it with `cloud:project` first.
---
--- Raises: conflict (is one already), forbidden (not shared, or not the owner), limit.
--- Source: glance/api/v2/image_members.py, ImageMembersController.create.
---@param project string project ID
---@return Member
function Image:add_member(project) end

--- Takes a member away.
---
--- Raises: not_found (is none), forbidden (not the owner).
--- Source: glance/api/v2/image_members.py, ImageMembersController.delete.
---@param project string project ID
function Image:remove_member(project) end

--- Accepts it for the project it was read as; the same as `image:member():accept()` with one request less.
---
--- Raises: not_found (that project is no member).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Image:accept() end

--- Rejects it for the project it was read as.
---
--- Raises: not_found (that project is no member).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Image:reject() end

--- An iterator over members: `for member in image:members() do`.
---@class Members
local Members = {}

--- All that are left, as a list.
---@return Member[]
function Members:collect() end

--- The next one, or nil.
---@return Member|nil
function Members:first() end

--- One project that an image is shared with: a snapshot.
---@class Member
---@field image_id string
---@field member_id string project ID
---@field status string pending, accepted, rejected
---@field created_at string ISO 8601
---@field updated_at string ISO 8601
local Member = {}

--- Accepts, as the member itself, and returns the member as it is then.
---
--- Raises: forbidden (for the owner).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Member:accept() end

--- Rejects: the image shows in no list of the member's, yet stays usable by its ID.
---
--- Raises: forbidden (for the owner).
---@return Member
function Member:reject() end

--- Sets `status` to pending, accepted or rejected.
---
--- Raises: usage, forbidden (for the owner).
---@param options { status: string }
---@return Member
function Member:update(options) end

--- Takes the member away; only the owner may.
---
--- Raises: not_found, forbidden (for the member itself).
--- Source: glance/api/v2/image_members.py, ImageMembersController.delete.
function Member:remove() end

--- A file has the name of a download's part-file, and its log says that all is there.
--: file work/disk.part not the image
--: file work/disk.part.json {"id":"1bea47ed-f6a9-463b-b423-14b9cca9ad27","size":3,"os_hash_value":null,"updated_at":null}\n{"filled":18446744073709551615}\n
--: link work/other.part ../canary
--: exit 0
--: makes work/disk work/disk.part work/disk.part.json work/other
local image = cloud:image "pfsense"
pcall(image.download, image, { file = "disk" })
pcall(image.download, image, { file = "other" })

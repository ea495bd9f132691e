# Unpacks archives whose members have names that lead elsewhere: upwards, absolute, through links.
import io, os, tarfile, zipfile
archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as tar:
    for name, kind, link in (("../secret", tarfile.REGTYPE, ""), ("/etc/evil", tarfile.REGTYPE, ""), ("up", tarfile.SYMTYPE, ".."),
                             ("up/evil", tarfile.REGTYPE, ""), ("hard", tarfile.LNKTYPE, "../secret"), ("dev", tarfile.CHRTYPE, ""), ("fifo", tarfile.FIFOTYPE, "")):
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        tar.addfile(member)
for chosen in ("fully_trusted", "tar", "data"):
    archive.seek(0)
    os.makedirs(f"/out/{chosen}")
    with tarfile.open(fileobj=archive) as tar:
        for member in tar:
            try:
                tar.extract(member, f"/out/{chosen}", filter=chosen)
            except (OSError, tarfile.TarError, AttributeError, KeyError):
                pass
zipped = io.BytesIO()
with zipfile.ZipFile(zipped, "w") as z:
    for name in ("../../secret", "/etc/evil", "a/../../../evil", "..\\evil"):
        z.writestr(name, "evil")
os.mkdir("/out/zip")
zipfile.ZipFile(zipped).extractall("/out/zip")
print(sorted(os.listdir("/out")))
#=> ['data', 'evil', 'fully_trusted', 'pipe', 'secret', 'tar', 'zip']

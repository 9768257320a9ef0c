/* Makes the disk fail for the files of one folder, when a control file says so:
 *   ENOSPC  every write fails, as on a full disk
 *   EIO     every sync fails
 * Preloaded into the server by tests. JEBI_TEST_FAULT_FOLDER and JEBI_TEST_FAULT_CONTROL name the two.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* What the control file asks for now: 0, ENOSPC or EIO. */
static int asked(void)
{
    const char *path = getenv("JEBI_TEST_FAULT_CONTROL");
    char word[8] = {0};
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, word, sizeof word - 1);
    close(fd);
    if (n <= 0)
        return 0;
    return strncmp(word, "ENOSPC", 6) == 0 ? ENOSPC : strncmp(word, "EIO", 3) == 0 ? EIO : 0;
}

/* Whether calls on this file fail with `kind` now. Sets errno if so. */
static int fails(int fd, int kind)
{
    int saved = errno;
    const char *folder = getenv("JEBI_TEST_FAULT_FOLDER");
    char link[64], target[4096];
    if (!folder || asked() != kind)
        goto no;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n <= 0)
        goto no;
    target[n] = 0;
    if (strncmp(target, folder, strlen(folder)) != 0)
        goto no;
    errno = kind;
    return 1;
no:
    errno = saved;
    return 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t n)
{
    return fails(fd, ENOSPC) ? -1 : NEXT(write)(fd, data, n);
}
ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    return fails(fd, ENOSPC) ? -1 : NEXT(pwrite)(fd, data, n, at);
}
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at)
{
    return fails(fd, ENOSPC) ? -1 : NEXT(pwrite64)(fd, data, n, at);
}
int ftruncate(int fd, off_t n)
{
    return fails(fd, ENOSPC) ? -1 : NEXT(ftruncate)(fd, n);
}
int ftruncate64(int fd, off64_t n)
{
    return fails(fd, ENOSPC) ? -1 : NEXT(ftruncate64)(fd, n);
}
int fsync(int fd)
{
    return fails(fd, EIO) ? -1 : NEXT(fsync)(fd);
}
int fdatasync(int fd)
{
    return fails(fd, EIO) ? -1 : NEXT(fdatasync)(fd);
}

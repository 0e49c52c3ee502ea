/* mmap_shared FILE TEXT: writes TEXT at the start of FILE through a shared map, syncs it, and reads it back with pread. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;

    size_t length = strlen(argv[2]);
    int fd = open(argv[1], O_RDWR);
    if (fd < 0)
        return fail("open");

    char *map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return fail("mmap");

    memcpy(map, argv[2], length);
    if (msync(map, length, MS_SYNC) != 0)
        return fail("msync");

    char back[256];
    if (pread(fd, back, length, 0) != (ssize_t)length || memcmp(back, argv[2], length) != 0)
        return fail("pread disagrees with the map");

    return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
// The headers and names of the kernel. Behind a header stands what it is included for; one with
// nothing behind it is always included.

#include <arpa/inet.h> // htons
#include <bpf/bpf.h>
#include <bpf/btf.h> // btf btf_type
#include <bpf/libbpf.h> // libbpf_find_vmlinux_btf_id
#include <err.h>
#include <errno.h> // errno
#include <fcntl.h> // open openat
#include <linux/if_packet.h> // sockaddr_ll
#include <linux/netfilter.h> // NF_ACCEPT
#include <linux/pkt_sched.h> // TC_H_CLSACT
#include <linux/rtnetlink.h> // nlmsghdr RTM_NEWQDISC RTM_DELQDISC
#include <net/if.h> // if_nametoindex if_indextoname ifreq IFNAMSIZ IFF_UP IFF_NOARP
#include <netinet/ether.h> // ether_ntoa
#include <poll.h> // pollfd
#include <sched.h> // unshare setns
#include <stdio.h>
#include <stdlib.h> // calloc
#include <string.h>
#include <sys/ioctl.h> // ioctl
#include <sys/socket.h> // socket
#include <sys/syscall.h> // syscall __NR_bpf
#include <sys/wait.h> // waitpid
#include <unistd.h> // STDOUT_FILENO close write usleep syscall vfork seteuid _exit

/* The kernel's, for headers older than Linux 6.7. */
#define BPF_PROG_TYPE_NETFILTER 32
#define BPF_STRUCT_OPS 44
#define BPF_NETFILTER 45
#define BPF_TCX_INGRESS 46
#define BPF_TCX_EGRESS 47
#define BPF_NETKIT_PRIMARY 54
#define BPF_NETKIT_PEER 55
#define BPF_F_BEFORE (1U << 3)
#define BPF_F_AFTER (1U << 4)
#define BPF_F_ID (1U << 5)
#define BPF_F_LINK (1U << 13)
#define TCX_NEXT -1
#define TCX_PASS 0
#define TCX_DROP 2
#define TCX_REDIRECT 7

#define UNDEFINED 42 /* no verdict of tcx */
#define LOOPBACK 1 /* its ifindex in every namespace */
#define NO_DEVICE 0x7ffffff0 /* an ifindex that no device has */
#define NO_SUCH_ID 0xfffffff0
#define NO_SUCH_TYPE 0xffff /* an attach type that no kernel knows */
#define NOT_OPEN -1
#define SOME_FILE STDOUT_FILENO /* neither a program nor a link */
#define UNMAPPED ((__u32 *)8) /* the first page is never mapped */

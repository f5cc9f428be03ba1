/*
 * Carries out requests in network namespaces of its own: netlink messages, packets in and out,
 * counters. It decides nothing; what a request means is known to whoever sends it.
 *
 * As the first process of a booted kernel it loads modules and serves a virtio port; called with
 * the argument `stdio` it serves its standard input and output.
 *
 * Request:  u32 octets of payload, u16 namespace, u8 operation, u8 argument, payload.
 * Response: u32 octets of payload, i32 result (negative: errno), payload.
 * All integers are little-endian, as on every machine that this runs on.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum operation {
	OP_HELLO = 1, OP_OPEN, OP_CLOSE, OP_WRITE_FILE, OP_READ_FILE, OP_NETLINK, OP_TUN, OP_INJECT,
	OP_SEND, OP_UNCORK, OP_DRAIN, OP_CAPTURE, OP_COUNTERS, OP_SETTLE, OP_CLOCK, OP_BENCH,
};

enum { namespaces = 4096, largest = 1 << 22, mtu = 65536, port_of_listener = 9, socket_protocols = 16 };

struct space {
	int net, tun, packet, counters, corked;
	int listener, tunnelled[2];
	int netlink[socket_protocols];
	uint32_t mark;
};

static struct space *spaces[namespaces];
static int own_net, current = -1;
static uint8_t request[largest], response[largest + 64];
static uint32_t answered;

struct slot { uint32_t octets; uint8_t *bytes; };
static struct slot *slots;
static uint32_t slot_count;

static int port_in, port_out;
static uint8_t waiting[1 << 20];
static size_t waiting_octets;

static int is_init(void) { return getpid() == 1; }

static void stop(const char *why)
{
	fprintf(stderr, "guest: %s\n", why);
	if (is_init()) {
		reboot(RB_AUTOBOOT);
		for (;;) pause();
	}
	exit(1);
}

static void wait_microseconds(uint32_t microseconds)
{
	struct timespec time = { microseconds / 1000000, (long)(microseconds % 1000000) * 1000 };
	nanosleep(&time, NULL);
}

/* --- the channel --- */

static void flush_responses(void)
{
	size_t done = 0;
	while (done < waiting_octets) {
		ssize_t n = write(port_out, waiting + done, waiting_octets - done);
		if (n <= 0) stop("the channel is closed");
		done += (size_t)n;
	}
	waiting_octets = 0;
}

static void put(const void *bytes, size_t octets)
{
	const uint8_t *from = bytes;
	while (octets > 0) {
		size_t room = sizeof waiting - waiting_octets;
		size_t part = octets < room ? octets : room;
		memcpy(waiting + waiting_octets, from, part);
		waiting_octets += part;
		from += part;
		octets -= part;
		if (waiting_octets == sizeof waiting) flush_responses();
	}
}

static uint8_t arrived[1 << 16];
static size_t arrived_octets, arrived_taken;

/* Answers leave when there is nothing more to do, so that a batch of requests is one exchange. */
static void get(void *bytes, size_t octets)
{
	uint8_t *to = bytes;
	while (octets > 0) {
		if (arrived_taken == arrived_octets) {
			flush_responses();
			ssize_t n = read(port_in, arrived, sizeof arrived);
			if (n <= 0) stop("the channel is closed");
			arrived_octets = (size_t)n;
			arrived_taken = 0;
		}
		size_t part = arrived_octets - arrived_taken;
		if (part > octets) part = octets;
		memcpy(to, arrived + arrived_taken, part);
		arrived_taken += part;
		to += part;
		octets -= part;
	}
}

static int append(const void *bytes, size_t octets)
{
	if (answered + octets > largest) return -E2BIG;
	memcpy(response + answered, bytes, octets);
	answered += (uint32_t)octets;
	return 0;
}

/* --- namespaces --- */

static int enter(uint16_t number)
{
	if (number >= namespaces || spaces[number] == NULL) return -ENXIO;
	if (current == number) return 0;
	if (setns(spaces[number]->net, CLONE_NEWNET) < 0) return -errno;
	current = number;
	return 0;
}

static int listen_on(uint16_t port)
{
	int off = 0, fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof any) == 0) return fd;
	int error = errno;
	if (fd >= 0) close(fd);
	return -error;
}

static int open_space(uint16_t number)
{
	if (number >= namespaces || spaces[number] != NULL) return -EEXIST;
	if (unshare(CLONE_NEWNET) < 0) return -errno;
	struct space *space = malloc(sizeof *space);
	memset(space, 0xff, sizeof *space);
	space->mark = 0;
	space->net = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	space->counters = open("/proc/thread-self/net/xfrm_stat", O_RDONLY | O_CLOEXEC);
	space->packet = socket(AF_PACKET, SOCK_DGRAM, 0);
	space->listener = listen_on(port_of_listener);
	/*
	 * IP in IP that a transport state took for payload: without a socket for it, the kernel would
	 * answer by ICMP, through whatever output policies there are.
	 */
	space->tunnelled[0] = socket(AF_INET, SOCK_RAW, IPPROTO_IPIP);
	space->tunnelled[1] = socket(AF_INET, SOCK_RAW, IPPROTO_IPV6);
	spaces[number] = space;
	current = number;
	if (space->net < 0 || space->packet < 0 || space->listener < 0) return -EIO;
	return space->counters < 0 ? -ENOENT : 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0) close(fd);
}

static int close_space(uint16_t number)
{
	if (number >= namespaces || spaces[number] == NULL) return -ENXIO;
	struct space *space = spaces[number];
	if (setns(own_net, CLONE_NEWNET) < 0) return -errno;
	current = -1;
	close(space->net);
	close_if_open(space->tun);
	close_if_open(space->packet);
	close_if_open(space->counters);
	close_if_open(space->corked);
	close_if_open(space->listener);
	for (int i = 0; i < 2; i++) close_if_open(space->tunnelled[i]);
	for (int i = 0; i < socket_protocols; i++) close_if_open(space->netlink[i]);
	free(space);
	spaces[number] = NULL;
	return 0;
}

/* --- files: two strings, each with its final zero --- */

static int write_file(const char *path)
{
	const char *text = path + strlen(path) + 1;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) return -errno;
	int result = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return result;
}

static int read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return -errno;
	uint8_t part[4096];
	ssize_t n;
	while ((n = read(fd, part, sizeof part)) > 0) append(part, (size_t)n);
	close(fd);
	return n < 0 ? -EIO : 0;
}

/* --- netlink --- */

static int netlink_socket(struct space *space, int protocol)
{
	if (protocol >= socket_protocols) return -EINVAL;
	if (space->netlink[protocol] < 0) {
		int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
		if (fd < 0) return -errno;
		space->netlink[protocol] = fd;
	}
	return space->netlink[protocol];
}

/* Answers with the acknowledgement; what comes before it, or a dump, is the payload. */
static int netlink(struct space *space, int protocol, uint32_t octets)
{
	static uint8_t answer[1 << 17];
	int fd = netlink_socket(space, protocol);
	if (fd < 0) return fd;
	if (send(fd, request, octets, 0) < 0) return -errno;
	for (;;) {
		ssize_t n = recv(fd, answer, sizeof answer, 0);
		if (n <= 0) return -EIO;
		struct nlmsghdr *message = (struct nlmsghdr *)answer;
		for (; NLMSG_OK(message, n); message = NLMSG_NEXT(message, n)) {
			if (message->nlmsg_type == NLMSG_ERROR) return *(int *)NLMSG_DATA(message);
			if (message->nlmsg_type == NLMSG_DONE) return 0;
			if (append(message, NLMSG_ALIGN(message->nlmsg_len)) < 0) return -E2BIG;
		}
	}
}

/* --- packets --- */

static int open_tun(struct space *space, const char *name)
{
	struct ifreq device = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) return -errno;
	snprintf(device.ifr_name, IFNAMSIZ, "%.15s", name);
	if (ioctl(fd, TUNSETIFF, &device) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	space->tun = fd;
	return (int)if_nametoindex(name);
}

struct __attribute__((packed)) injection {
	uint32_t device, mark, slot;
	uint8_t bad_checksum, pad[3];
	/* the packet, unless it is in a slot */
};

static const uint8_t receiver_address[] = { 2, 0, 0, 0, 0, 2 };

static int inject_bytes(struct space *space, const struct injection *to, const uint8_t *bytes, uint32_t octets)
{
	struct sockaddr_ll place = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons((bytes[0] >> 4) == 6 ? ETH_P_IPV6 : ETH_P_IP),
		.sll_ifindex = (int)to->device,
		.sll_halen = 6,
	};
	memcpy(place.sll_addr, receiver_address, 6);
	if (space->mark != to->mark) {
		if (setsockopt(space->packet, SOL_SOCKET, SO_MARK, &to->mark, sizeof to->mark) < 0) return -errno;
		space->mark = to->mark;
	}
	ssize_t n = sendto(space->packet, bytes, octets, 0, (struct sockaddr *)&place, sizeof place);
	return n < 0 ? -errno : 0;
}

/* Hands over a packet that claims a checksum which begins at its very first octet. */
static int inject_with_bad_checksum(const struct injection *to, const uint8_t *bytes, uint32_t octets)
{
	static uint8_t frame[2048];
	struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 14, .csum_offset = 6 };
	struct sockaddr_ll place = { .sll_family = AF_PACKET, .sll_ifindex = (int)to->device };
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0) return -errno;
	setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_MARK, &to->mark, sizeof to->mark);
	memcpy(frame, &header, sizeof header);
	memcpy(frame + sizeof header, receiver_address, 6);
	memset(frame + sizeof header + 6, 0, 6);
	uint16_t type = htons(ETH_P_IP);
	memcpy(frame + sizeof header + 12, &type, 2);
	memcpy(frame + sizeof header + 14, bytes, octets);
	ssize_t n = sendto(fd, frame, sizeof header + 14 + octets, 0, (struct sockaddr *)&place, sizeof place);
	int result = n < 0 ? -errno : 0;
	close(fd);
	return result;
}

static int inject(struct space *space, uint32_t octets)
{
	const struct injection *to = (const struct injection *)request;
	if (octets < sizeof *to) return -EINVAL;
	if (to->slot == UINT32_MAX) {
		const uint8_t *bytes = request + sizeof *to;
		if (to->bad_checksum) return inject_with_bad_checksum(to, bytes, octets - sizeof *to);
		return inject_bytes(space, to, bytes, octets - sizeof *to);
	}
	if (to->slot >= slot_count || slots[to->slot].bytes == NULL) return -ENOENT;
	return inject_bytes(space, to, slots[to->slot].bytes, slots[to->slot].octets);
}

struct __attribute__((packed)) datagram {
	uint32_t mark, octets;
	uint16_t from_port, to_port;
	uint8_t family, discovery, cork, pad;
	uint8_t from[16], to[16];
};

static socklen_t place_of(struct sockaddr_storage *place, int family, const uint8_t *address, uint16_t port)
{
	memset(place, 0, sizeof *place);
	if (family == 4) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)place;
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, address, 4);
		return sizeof *v4;
	}
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)place;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, address, 16);
	return sizeof *v6;
}

static int bound_socket(const struct datagram *datagram)
{
	int v4 = datagram->family == 4, on = 1, discovery = datagram->discovery;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) return -errno;
	if (v4) {
		setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on);
		setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &discovery, sizeof discovery);
	} else {
		setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, &on, sizeof on);
		setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &discovery, sizeof discovery);
	}
	if (datagram->mark) setsockopt(fd, SOL_SOCKET, SO_MARK, &datagram->mark, sizeof datagram->mark);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	struct sockaddr_storage from;
	socklen_t octets = place_of(&from, datagram->family, datagram->from, datagram->from_port);
	if (bind(fd, (struct sockaddr *)&from, octets) < 0) {
		int error = errno;
		close(fd);
		return -1000 - error; /* not an answer of XFRM */
	}
	return fd;
}

static const uint8_t content[65536];

static int send_datagram(struct space *space, const struct datagram *datagram)
{
	int fd = bound_socket(datagram);
	if (fd < 0) return fd;
	struct sockaddr_storage to;
	socklen_t octets = place_of(&to, datagram->family, datagram->to, datagram->to_port);
	ssize_t n = sendto(fd, content, datagram->octets, datagram->cork ? MSG_MORE : 0, (struct sockaddr *)&to, octets);
	int result = n < 0 ? -errno : 0;
	if (datagram->cork && result == 0) {
		close_if_open(space->corked);
		space->corked = fd;
	} else {
		close(fd);
	}
	return result;
}

static int uncork(struct space *space)
{
	if (space->corked < 0) return -1000 - ENOENT;
	int result = send(space->corked, content, 0, 0) < 0 ? -errno : 0;
	close(space->corked);
	space->corked = -1;
	return result;
}

static uint8_t packet_bytes[mtu];

/* The next packet that left; not what IPv6 says by itself to its neighbours. */
static ssize_t next_packet(struct space *space)
{
	ssize_t n;
	do n = read(space->tun, packet_bytes, sizeof packet_bytes);
	while (n >= 40 && (packet_bytes[0] >> 4) == 6 && packet_bytes[24] == 0xff);
	return n;
}

/* Payload: u32 datagrams delivered to sockets, then each packet that left: u16 octets, its bytes. */
static int drain(struct space *space)
{
	uint32_t delivered = 0;
	while (recv(space->listener, packet_bytes, sizeof packet_bytes, 0) >= 0) delivered++;
	append(&delivered, sizeof delivered);
	ssize_t n;
	int packets = 0;
	while ((n = next_packet(space)) > 0) {
		uint16_t octets = (uint16_t)n;
		append(&octets, sizeof octets);
		append(packet_bytes, octets);
		packets++;
	}
	return packets + (int)delivered;
}

/* Keeps the next packet that left in a slot; answers its length, 0 for none, and its first octets. */
static int capture(struct space *space)
{
	uint32_t slot = *(uint32_t *)request;
	ssize_t n = next_packet(space);
	if (n <= 0) return 0;
	if (slot >= slot_count) {
		uint32_t count = slot * 2 + 64;
		slots = realloc(slots, count * sizeof *slots);
		memset(slots + slot_count, 0, (count - slot_count) * sizeof *slots);
		slot_count = count;
	}
	free(slots[slot].bytes);
	slots[slot].bytes = malloc((size_t)n);
	slots[slot].octets = (uint32_t)n;
	memcpy(slots[slot].bytes, packet_bytes, (size_t)n);
	append(packet_bytes, n < 64 ? (size_t)n : 64);
	return (int)n;
}

static int counters(struct space *space)
{
	static char text[8192];
	ssize_t n = pread(space->counters, text, sizeof text - 1, 0);
	if (n < 0) return -errno;
	text[n] = 0;
	for (char *line = text; *line;) {
		char *tab = strchr(line, '\t');
		if (tab == NULL) break;
		uint32_t value = (uint32_t)strtoul(tab, &line, 10);
		append(&value, sizeof value);
		if (*line == '\n') line++;
	}
	return 0;
}

/* --- waiting for what the kernel has put off --- */

static char proc_text[1 << 16];

static const char *proc_file(int *fd, const char *path)
{
	if (*fd < 0) *fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t octets = 0;
	ssize_t n;
	while ((n = pread(*fd, proc_text + octets, sizeof proc_text - 1 - octets, (off_t)octets)) > 0) octets += (size_t)n;
	proc_text[octets] = 0;
	return proc_text;
}

/* How many threads want the processor, this one among them: "0.00 0.01 0.05 1/57 123". */
static int runnable_threads(void)
{
	static int fd = -1;
	const char *slash = strchr(proc_file(&fd, "/proc/loadavg"), '/');
	if (slash == NULL) return 1;
	while (slash[-1] >= '0' && slash[-1] <= '9') slash--;
	return atoi(slash);
}

/* Whether a state's timer should have run by now: a line with its function, then "... [in -12 to -12 nsecs]". */
static int has_late_timer(void)
{
	static int fd = -1;
	const char *at = proc_file(&fd, "/proc/timer_list");
	while ((at = strstr(at, "xfrm_timer_handler")) != NULL) {
		const char *in = strstr(at, "[in ");
		if (in != NULL && in[4] == '-') return 1;
		at++;
	}
	return 0;
}

/*
 * Waits until the kernel has nothing left to do. What it puts off, its own threads do: received
 * packets ksoftirqd, packets in transport mode and tables that grow a worker. As long as one of them
 * has something to do, it is runnable; and so nothing is outstanding once this thread is the only
 * one. Timers do not count as that, and are looked for. Not where other programs run as well: there,
 * as native, there is nothing but to wait.
 */
static int settle(int looks_at_timers)
{
	if (!is_init()) {
		wait_microseconds(15000);
		return 0;
	}
	for (int tries = 0; tries < 100000; tries++) {
		if (runnable_threads() <= 1 && !(looks_at_timers && has_late_timer())) return 0;
		wait_microseconds(50);
	}
	return -ETIMEDOUT;
}

static int set_clock(uint32_t seconds)
{
	struct timespec time = { seconds, 0 };
	return clock_settime(CLOCK_REALTIME, &time) < 0 ? -errno : 0;
}

/*
 * Sends a datagram, takes the packet that leaves, and injects it into another namespace, again and
 * again. Payload: u32 rounds, u16 receiving namespace, u16 pad, an injection without packet, a datagram.
 * Answers u64 nanoseconds and u32 datagrams or packets that came out at the receiver.
 */
static int bench(struct space *sender)
{
	uint32_t rounds = *(uint32_t *)request;
	uint16_t other = *(uint16_t *)(request + 4);
	struct injection to;
	struct datagram datagram;
	memcpy(&to, request + 8, sizeof to);
	memcpy(&datagram, request + 8 + sizeof to, sizeof datagram);
	if (other >= namespaces || spaces[other] == NULL) return -ENXIO;
	struct space *receiver = spaces[other];
	int fd = bound_socket(&datagram);
	if (fd < 0) return fd;
	struct sockaddr_storage place;
	socklen_t octets = place_of(&place, datagram.family, datagram.to, datagram.to_port);
	uint32_t delivered = 0;
	struct timespec began, ended;
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (uint32_t i = 0; i < rounds; i++) {
		sendto(fd, content, datagram.octets, 0, (struct sockaddr *)&place, octets);
		ssize_t n = next_packet(sender);
		if (n <= 0) continue;
		inject_bytes(receiver, &to, packet_bytes, (uint32_t)n);
		if (next_packet(receiver) > 0) delivered++;
		else if (recv(receiver->listener, packet_bytes, sizeof packet_bytes, 0) >= 0) delivered++;
	}
	settle(0);
	while (next_packet(receiver) > 0 || recv(receiver->listener, packet_bytes, sizeof packet_bytes, 0) >= 0) delivered++;
	clock_gettime(CLOCK_MONOTONIC, &ended);
	close(fd);
	uint64_t nanoseconds = (uint64_t)(ended.tv_sec - began.tv_sec) * 1000000000ull + (uint64_t)ended.tv_nsec - (uint64_t)began.tv_nsec;
	append(&nanoseconds, sizeof nanoseconds);
	append(&delivered, sizeof delivered);
	return 0;
}

/* --- serving --- */

struct __attribute__((packed)) head { uint32_t octets; uint16_t space; uint8_t operation, argument; };

static int in_space(const struct head *head)
{
	int entered = enter(head->space);
	if (entered < 0) return entered;
	struct space *space = spaces[head->space];
	switch (head->operation) {
	case OP_WRITE_FILE: return write_file((char *)request);
	case OP_READ_FILE: return read_file((char *)request);
	case OP_NETLINK: return netlink(space, head->argument, head->octets);
	case OP_TUN: return open_tun(space, (char *)request);
	case OP_INJECT: return inject(space, head->octets);
	case OP_SEND: return send_datagram(space, (struct datagram *)request);
	case OP_UNCORK: return uncork(space);
	case OP_DRAIN: return drain(space);
	case OP_CAPTURE: return capture(space);
	case OP_COUNTERS: return counters(space);
	case OP_BENCH: return bench(space);
	default: return -ENOSYS;
	}
}

static int perform(const struct head *head)
{
	switch (head->operation) {
	case OP_HELLO: return 1;
	case OP_OPEN: return open_space(head->space);
	case OP_CLOSE: return close_space(head->space);
	case OP_SETTLE: return settle(head->argument);
	case OP_CLOCK: return set_clock(*(uint32_t *)request);
	default: return in_space(head);
	}
}

static void serve(void)
{
	for (;;) {
		struct head head;
		get(&head, sizeof head);
		if (head.octets >= largest) stop("a request is too long");
		get(request, head.octets);
		request[head.octets] = 0;
		answered = 0;
		int32_t result = perform(&head);
		put(&answered, sizeof answered);
		put(&result, sizeof result);
		put(response, answered);
	}
}

static void load_modules(void)
{
	static char list[16384];
	int fd = open("/modules", O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, list, sizeof list - 1);
	list[n > 0 ? n : 0] = 0;
	for (char *name = strtok(list, "\n"); name; name = strtok(NULL, "\n")) {
		int module = open(name, O_RDONLY);
		if (module < 0 || (syscall(SYS_finit_module, module, "", 0) < 0 && errno != EEXIST && errno != ENODEV))
			fprintf(stderr, "guest: module %s: %s\n", name, strerror(errno));
		close_if_open(module);
	}
}

static void open_virtio_port(void)
{
	for (int tries = 0; tries < 500; tries++) {
		int fd = open("/dev/vport0p1", O_RDWR);
		if (fd >= 0) {
			port_in = port_out = fd;
			return;
		}
		wait_microseconds(10000);
	}
	stop("no virtio port");
}

/* Whatever the kernel has put off, its own threads do before this one goes on. */
static void give_way(void)
{
	struct sched_param none = { 0 };
	sched_setscheduler(0, SCHED_IDLE, &none);
}

int main(int count, char **words)
{
	if (is_init()) {
		mkdir("/proc", 0755);
		mkdir("/dev", 0755);
		mount("proc", "/proc", "proc", 0, NULL);
		mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
		load_modules();
		open_virtio_port();
	} else if (count == 2 && strcmp(words[1], "stdio") == 0) {
		port_in = 0;
		port_out = 1;
	} else {
		fprintf(stderr, "usage: guest stdio\n");
		return 2;
	}
	give_way();
	own_net = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	serve();
}

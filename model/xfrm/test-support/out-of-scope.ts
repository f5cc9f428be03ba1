/**
 * Vectors that the model does not answer, each with the reason. What is not listed here is run and
 * compared without tolerance.
 */
export const outOfScope: Readonly<Record<string, string>> = {
  as00: 'installs a crypto driver; no packet is sent',
  as01: 'asynchronous crypto: the state is deleted while the packet is being decrypted',
  as02: 'asynchronous crypto: two copies of a packet are decrypted at the same time',
  as04: 'asynchronous crypto: the state is deleted while the packet is being encrypted',
  as06: 'asynchronous crypto: three packets are decrypted at the same time',
  out03e:
    'net.core.xfrm_larval_drop=0: the kernel queues packets on the policy, and sends them later',
  out07g: 'GSO: the kernel splits one large TCP packet into segments',
  out07i: 'GSO: the UDP layer refuses UDP_SEGMENT before XFRM is asked',
  out11:
    'a device hands over a packet with a bogus checksum offset; XfrmOutError is a race input here',
};

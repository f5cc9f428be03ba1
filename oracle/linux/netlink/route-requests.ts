import { type Address, addressBytes, type Prefix } from '../../../model/address.ts';
import { attribute, message, nlm, textField, u16, u32, u8, zeros } from './message.ts';

/** Message types and attributes: Linux, include/uapi/linux/rtnetlink.h, if_link.h. */
const type = { newLink: 16, newAddress: 20, newRoute: 24, newQueue: 36 } as const;
const link = { address: 1, name: 3, info: 18, kind: 1, data: 2, peer: 1 } as const;
const flag = { up: 0x1, noArp: 0x80 } as const;
const families = { 4: 2, 6: 10 } as const;
const create = nlm.ack | nlm.create | nlm.excl;

/** Two Ethernet devices, each of which receives what the other sends. */
export function addDevicePair(
  [index, name, hardware]: readonly [number, string, readonly number[]],
  [peerIndex, peerName, peerHardware]: readonly [number, string, readonly number[]],
): Buffer {
  const peer = Buffer.concat([
    linkInfo(peerIndex, 0),
    attribute(link.name, text(peerName)),
    attribute(link.address, u8(...peerHardware)),
  ]);
  return message(
    type.newLink,
    create,
    linkInfo(index, 0),
    attribute(link.name, text(name)),
    attribute(link.address, u8(...hardware)),
    attribute(
      link.info,
      attribute(link.kind, text('veth')),
      attribute(link.data, attribute(link.peer, peer)),
    ),
  );
}

/** Sets a device up, without address resolution. */
export function setUp(index: number, noArp = false): Buffer {
  return message(type.newLink, nlm.ack, linkInfo(index, flag.up | (noArp ? flag.noArp : 0)));
}

/** An address without duplicate address detection. */
export function addAddress(device: number, address: Address, length: number): Buffer {
  const noDetection = 0x02;
  const head = Buffer.concat([u8(families[address.family], length, noDetection, 0), u32(device)]);
  const bytes = addressBytes(address);
  return message(type.newAddress, create, head, attribute(2, bytes), attribute(1, bytes));
}

/** A route straight to a device. */
export function addRoute(device: number, to: Prefix): Buffer {
  const [mainTable, bootProtocol, linkScope, unicast] = [254, 3, 253, 1];
  const head = Buffer.concat([
    u8(families[to.address.family], to.length, 0, 0),
    u8(mainTable, bootProtocol, to.address.family === 4 ? linkScope : 0, unicast),
    u32(0),
  ]);
  const destination = attribute(1, addressBytes(to.address));
  return message(type.newRoute, create, head, destination, attribute(4, u32(device)));
}

/** A queue on a device that can hold packets back (Linux, net/sched/sch_plug.c). */
export function addPlug(device: number): Buffer {
  const octets = 1 << 20;
  return plug(device, create, u32(0, octets));
}

/** Holds back what the device sends from now on. */
export function holdPlug(device: number): Buffer {
  return plug(device, nlm.ack, u32(0, 0));
}

/** Lets go of what was held back, at once. */
export function releasePlug(device: number): Buffer {
  return plug(device, nlm.ack, u32(2, 0));
}

function plug(device: number, flags: number, options: Buffer): Buffer {
  const root = 0xffff_ffff;
  const head = Buffer.concat([u8(0, 0, 0, 0), u32(device, 0x10000, root, 0)]);
  return message(type.newQueue, flags, head, attribute(1, text('plug')), attribute(2, options));
}

/** `struct ifinfomsg`. */
function linkInfo(index: number, flags: number): Buffer {
  return Buffer.concat([zeros(2), u16(0), u32(index, flags, flags)]);
}

function text(value: string): Buffer {
  return textField(value, value.length + 1);
}

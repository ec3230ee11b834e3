package io.microspring.test;

import io.microspring.transport.Transport;

class MemoryTransportTest extends DirectTransportContract {

	@Override
	protected Transport open() {
		return Transport.memory();
	}

}
